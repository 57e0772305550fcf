import * as z from "zod";
import {
  type Answer,
  type ApiCall,
  type BearerApi,
  problem,
  startBearerApi,
} from "../../../../dev/local-apis/bearer-api.ts";
import { exampleOrders, type Order } from "./orders.ts";

const PAGE_SIZE = 3;

/**
 * Starts an API of a made-up shop on this machine: GET and POST /orders, GET /orders/{id}, POST
 * /orders/{id}/comments and /orders/{id}/cancel. It takes the tokens that the authorization server issues for
 * it, and no others, and shows each person their own orders.
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
  const placed = new Map<string, Order>();
  return startBearerApi({
    ...options,
    name: "orders API",
    scopeFor: (method) => (method === "POST" ? "orders:write" : "orders:read"),
    answer: ({ id }, call) => operate(orders[id], placed, call),
  });
}

const newOrderSchema = z.object({
  item: z.string().min(1),
  quantity: z.int().min(1).max(20),
});
const commentSchema = z.object({ text: z.string().min(1).max(500) });

/**
 * @param own orders of the person who calls; those of others are as good as none.
 * @param placed orders by the idempotency key that they were placed with.
 */
function operate(own: Order[], placed: Map<string, Order>, call: ApiCall): Answer {
  const { method, body, url } = call;
  const [, collection, id, action, ...more] = url.pathname.split("/");
  if (collection !== "orders" || more.length > 0) return problem(404, "There is nothing here");
  if (id === undefined) {
    if (method === "GET") return { status: 200, body: pageOf(own, url.searchParams.get("after")) };
    return method === "POST"
      ? place(own, placed, call)
      : problem(405, "There is no such operation");
  }
  const order = own.find((candidate) => encodeURIComponent(candidate.id) === id);
  if (order === undefined) return problem(404, `There is no order ${id}`);
  if (action === undefined && method === "GET") return { status: 200, body: order };
  if (action === "comments" && method === "POST") {
    const comment = commentSchema.safeParse(body);
    if (!comment.success) return problem(422, "A comment has a text of 1 to 500 characters");
    order.comments.push(comment.data.text);
    return { status: 201, body: order };
  }
  if (action === "cancel" && method === "POST") {
    if (order.status === "shipped") return problem(409, "It was shipped already");
    order.status = "cancelled";
    return { status: 200, body: order };
  }
  return problem(405, "There is no such operation");
}

/** An order that was placed with the same key is not placed again (draft-ietf-httpapi-idempotency-key-header). */
function place(
  own: Order[],
  placed: Map<string, Order>,
  { body, idempotencyKey }: ApiCall,
): Answer {
  const asked = newOrderSchema.safeParse(body);
  if (!asked.success) return problem(422, "An order has an item, and a quantity of 1 to 20");
  const earlier = idempotencyKey === undefined ? undefined : placed.get(idempotencyKey);
  if (earlier !== undefined && own.includes(earlier)) return { status: 201, body: earlier };
  const order: Order = {
    ...asked.data,
    id: `N-${3_000 + placed.size}`,
    status: "open",
    placedAt: new Date().toISOString(),
    comments: [],
  };
  own.unshift(order);
  placed.set(idempotencyKey ?? order.id, order);
  return { status: 201, body: order };
}

function pageOf(own: readonly Order[], after: string | null) {
  const start = own.findIndex(({ id }) => id === after) + 1;
  const orders = own.slice(start, start + PAGE_SIZE);
  const hasMore = start + PAGE_SIZE < own.length;
  return { orders, next: hasMore ? orders.at(-1)?.id : null };
}
