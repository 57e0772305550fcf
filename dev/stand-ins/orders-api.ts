import type { IncomingMessage, ServerResponse } from "node:http";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { openLocalServer } from "../local-servers/local-server.ts";
import { findPerson, type Person } from "../local-servers/people.ts";
import { exampleOrders, type Order } from "./orders.ts";

export type OrdersApi = {
  /** Its address, and what the authorization server knows it by: such as `http://127.0.0.1:8790`. */
  readonly origin: string;
  /** The tokens that it was sent, in the order of their first use. */
  readonly tokens: ReadonlySet<string>;
  /** Ends it, with the connections that are open. May be called again. */
  stop(): Promise<void>;
};

type Caller = { person: Person; scopes: readonly string[] };
type Answer = { status: number; body: unknown; challenge?: string };

const PAGE_SIZE = 3;

/**
 * Starts an API of a made-up shop on this machine: GET /orders, GET /orders/{id} and POST
 * /orders/{id}/cancel. It takes the tokens that the authorization server issues for it, and no others
 * (RFC 9068, RFC 6750).
 *
 * @param issuerOf gives the authorization server's issuer; it may start after this.
 * @throws Error when the port is taken.
 */
export async function startOrdersApi(options: {
  /** 0 takes a free one. */
  port: number;
  issuerOf: () => string;
}): Promise<OrdersApi> {
  const orders = exampleOrders();
  const tokens = new Set<string>();
  const server = await openLocalServer("orders API", options.port);
  let keys: ReturnType<typeof createRemoteJWKSet> | undefined;

  /** Whose token it is and what it allows; undefined for one that is not good here. */
  async function callerOf(token: string): Promise<Caller | undefined> {
    const issuer = options.issuerOf();
    keys ??= createRemoteJWKSet(new URL(`${issuer}/jwks`));
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience: server.origin,
        typ: "at+jwt",
        requiredClaims: ["exp"],
      });
      const person = findPerson(payload.sub ?? "");
      const scopes = typeof payload.scope === "string" ? payload.scope.split(" ") : [];
      return person && { person, scopes };
    } catch {
      return undefined;
    }
  }

  async function answer(request: IncomingMessage, url: URL): Promise<Answer> {
    const token = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
    // A request that brings none is told no more than that it needs one (RFC 6750, section 3.1).
    if (token === undefined) return problem(401, "A token is needed", "Bearer");
    tokens.add(token);
    const caller = await callerOf(token);
    if (caller === undefined) {
      return problem(401, "No token that is good here", 'Bearer error="invalid_token"');
    }
    const needed = request.method === "POST" ? "orders:write" : "orders:read";
    if (!caller.scopes.includes(needed)) {
      const challenge = `Bearer error="insufficient_scope", scope="${needed}"`;
      return problem(403, "The token does not allow this", challenge);
    }
    return operate(orders[caller.person.id], request.method ?? "", url);
  }

  server.serve(async (request, response, url) => {
    send(response, await answer(request, url));
  });
  return { origin: server.origin, tokens, stop: server.stop };
}

/** @param own orders of the person who calls; those of others are as good as none. */
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

/** RFC 9457. */
function problem(status: number, title: string, challenge?: string): Answer {
  return { status, body: { title }, ...(challenge !== undefined && { challenge }) };
}

function send(response: ServerResponse, { status, body, challenge }: Answer): void {
  response.writeHead(status, {
    "Content-Type": status < 400 ? "application/json" : "application/problem+json",
    ...(challenge !== undefined && { "WWW-Authenticate": challenge }),
  });
  response.end(JSON.stringify(body));
}
