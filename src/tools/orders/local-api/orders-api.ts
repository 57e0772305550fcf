import {
  type Answer,
  type BearerApi,
  problem,
  startBearerApi,
} from "../../../../dev/local-apis/bearer-api.ts";
import { exampleOrders, type Order } from "./orders.ts";

const PAGE_SIZE = 3;

/**
 * Starts an API of a made-up shop on this machine: GET /orders, GET /orders/{id} and POST
 * /orders/{id}/cancel. It accepts the tokens that the authorization server issues for it, and no others.
 *
 * @param options.port 0 takes a free one.
 * @param options.issuerOf gives the authorization server's issuer; it may start after this.
 * @throws Error when the port is taken.
 */
export function startOrdersApi(options: {
  port: number;
  issuerOf: () => string;
}): Promise<BearerApi> {
  const orders = exampleOrders();
  return startBearerApi({
    ...options,
    name: "orders API",
    scopeFor: (method) => (method === "POST" ? "orders:write" : "orders:read"),
    answer: ({ id }, method, url) => operate(orders[id], method, url),
  });
}

/** @param own the caller's orders; other people's do not exist for them. */
function operate(own: readonly Order[], method: string, { pathname, searchParams }: URL): Answer {
  const [, collection, id, action, ...more] = pathname.split("/");
  if (collection !== "orders" || more.length > 0) return problem(404, "There is nothing here");
  if (id === undefined) {
    if (method !== "GET") return problem(405, "Orders can only be listed here");
    return { status: 200, body: pageOf(own, searchParams.get("after")) };
  }
  const order = own.find((candidate) => encodeURIComponent(candidate.id) === id);
  if (order === undefined) return problem(404, `There is no order ${id}`);
  if (action === undefined && method === "GET") return { status: 200, body: order };
  if (action === "cancel" && method === "POST") {
    if (order.status === "shipped") return problem(409, "It was shipped already");
    order.status = "cancelled";
    return { status: 200, body: order };
  }
  return problem(405, "There is no such operation");
}

function pageOf(own: readonly Order[], after: string | null) {
  const start = own.findIndex(({ id }) => id === after) + 1;
  const orders = own.slice(start, start + PAGE_SIZE);
  const hasMore = start + PAGE_SIZE < own.length;
  return { orders, next: hasMore ? orders.at(-1)?.id : null };
}
