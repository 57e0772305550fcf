import type { UpstreamResource } from "../../dev/authorization-server/authorization-server-config.ts";
import {
  type Answer,
  type BearerApi,
  problem,
  startBearerApi,
} from "../../dev/local-apis/bearer-api.ts";
import type { RunningLocalApi } from "../../dev/local-apis/local-api.ts";
import type { PersonId } from "../../dev/local-servers/people.ts";

const name = "the orders API";
const scopes = ["orders:read", "orders:write"];

/** What an authorization server is told of the API that the fixture's tools call (test/fixture/orders.ts). */
export const ordersApiAt = (resource: string): UpstreamResource => ({ name, resource, scopes });

type Order = { id: string; item: string; quantity: number; status: string; placedAt: string };

function order(id: string, item: string): Order {
  return { id, item, quantity: 1, status: "open", placedAt: "2026-11-19T08:12:00Z" };
}

/** The API while it runs, with the tokens that it has seen. */
export type RunningOrdersApi = BearerApi & RunningLocalApi;

/** The API that the fixture's tools call, with two orders of alice and one of bob. */
export const fixtureOrders = { name, scopes, start };

async function start(options: { port: number; issuerOf: () => string }): Promise<RunningOrdersApi> {
  const orders: Record<PersonId, Order[]> = {
    alice: [order("A-1042", "Oolong tea, 250 g"), order("A-1038", "Teapot, cast iron")],
    bob: [order("B-2003", "Espresso beans, 1 kg")],
  };
  const api = await startBearerApi({
    ...options,
    name: "orders API",
    scopeFor: (method) => (method === "POST" ? "orders:write" : "orders:read"),
    answer: (person, { method, url }) => answer(orders[person.id], method, url.pathname),
  });
  return { ...api, vars: { UPSTREAM_API_URL: api.origin, UPSTREAM_API_NAME: name } };
}

function answer(own: readonly Order[], method: string, pathname: string): Answer {
  const [, , id, action] = pathname.split("/");
  if (id === undefined) return { status: 200, body: { orders: own, next: null } };
  const found = own.find((candidate) => candidate.id === id);
  if (found === undefined) return problem(404, `There is no order ${id}`);
  if (method === "POST" && action === "cancel") found.status = "cancelled";
  return { status: 200, body: found };
}
