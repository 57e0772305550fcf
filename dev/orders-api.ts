import type { IncomingMessage, ServerResponse } from "node:http";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { openLocalServer } from "./local-server.ts";
import { exampleOrders } from "./orders.ts";
import { people } from "./people.ts";

export type OrdersApi = {
  /** Its address, and what the authorization server knows it by: such as `http://127.0.0.1:8790`. */
  readonly origin: string;
  /** The tokens that it was sent, in the order of their first use. */
  readonly tokens: ReadonlySet<string>;
  /** Ends it, with the connections that are open. May be called again. */
  stop(): Promise<void>;
};

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
  const { origin } = server;
  let keys: ReturnType<typeof createRemoteJWKSet> | undefined;

  /** Whose token it is and what it allows; undefined for one that is not good here. */
  async function callerOf(token: string) {
    const issuer = options.issuerOf();
    keys ??= createRemoteJWKSet(new URL(`${issuer}/jwks`));
    try {
      const { payload } = await jwtVerify(token, keys, { issuer, audience: origin, typ: "at+jwt" });
      const person = people.find(({ sub }) => sub === payload.sub);
      const scopes = typeof payload.scope === "string" ? payload.scope.split(" ") : [];
      return person && { person, scopes };
    } catch {
      return undefined;
    }
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const send = (status: number, body: unknown, challenge?: string) => {
      response.writeHead(status, {
        "Content-Type": status < 400 ? "application/json" : "application/problem+json",
        ...(challenge !== undefined && { "WWW-Authenticate": challenge }),
      });
      response.end(JSON.stringify(body));
    };
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1];
    if (token !== undefined) tokens.add(token);
    const caller = token === undefined ? undefined : await callerOf(token);
    if (caller === undefined) {
      return send(401, { title: "No token that is good here" }, 'Bearer error="invalid_token"');
    }
    const needed = request.method === "POST" ? "orders:write" : "orders:read";
    if (!caller.scopes.includes(needed)) {
      const challenge = `Bearer error="insufficient_scope", scope="${needed}"`;
      return send(403, { title: "The token does not allow this" }, challenge);
    }

    const url = new URL(request.url ?? "/", origin);
    const [, collection, id, action] = url.pathname.split("/").map(decodeURIComponent);
    const own = orders[caller.person.id];
    if (collection === "orders" && id === undefined && request.method === "GET") {
      const start = own.findIndex((order) => order.id === url.searchParams.get("after")) + 1;
      const page = own.slice(start, start + PAGE_SIZE);
      const hasMore = start + PAGE_SIZE < own.length;
      return send(200, { orders: page, next: hasMore ? page.at(-1)?.id : null });
    }
    const order =
      collection === "orders" ? own.find((candidate) => candidate.id === id) : undefined;
    if (order === undefined) return send(404, { title: `There is no order ${id}` });
    if (action === undefined && request.method === "GET") return send(200, order);
    if (action === "cancel" && request.method === "POST") {
      if (order.status === "shipped") return send(409, { title: "It was shipped already" });
      order.status = "cancelled";
      return send(200, order);
    }
    return send(405, { title: "There is no such operation" });
  }
  server.serve((request, response) => void answer(request, response));

  return {
    origin,
    tokens,
    stop: server.stop,
  };
}
