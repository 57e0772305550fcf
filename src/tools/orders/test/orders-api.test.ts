import { createServer } from "node:http";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { BearerApi } from "../../../../dev/local-apis/bearer-api.ts";
import { people } from "../../../../dev/local-servers/people.ts";
import { listen } from "../../../../test/support/loopback-server.ts";
import { startOrdersApi } from "../local-api/orders-api.ts";

type Key = Awaited<ReturnType<typeof generateKeyPair>>;
let key: Key;

beforeAll(async () => {
  key = await generateKeyPair("RS256");
});

/** The API, and tokens for it of an authorization server that has no more than its keys. */
async function start() {
  const jwk = { ...(await exportJWK(key.publicKey)), alg: "RS256" };
  const authority = await listen(
    createServer((_request, response) => response.end(JSON.stringify({ keys: [jwk] }))),
  );
  onTestFinished(authority.stop);
  const issuer = authority.origin;
  const api = await startOrdersApi({ port: 0, issuerOf: () => issuer });
  onTestFinished(api.stop);

  /** A token of alice that is right but for the changes. */
  function token(change: Record<string, unknown> = {}, typ = "at+jwt", signer: Key = key) {
    const sub = people.find(({ id }) => id === "alice")?.sub ?? "";
    const exp = Math.floor(Date.now() / 1_000) + 60;
    const scope = "orders:read orders:write";
    return new SignJWT({ iss: issuer, aud: api.origin, sub, exp, scope, ...change })
      .setProtectedHeader({ alg: "RS256", typ })
      .sign(signer.privateKey);
  }
  return { api, issuer, token };
}

async function call(
  api: BearerApi,
  path: string,
  token?: string,
  method = "GET",
  json?: unknown,
  key?: string,
) {
  const response = await fetch(api.origin + path, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(key !== undefined && { "idempotency-key": key }),
    },
    ...(json !== undefined && { body: JSON.stringify(json) }),
  });
  const body: unknown = await response.json();
  return { status: response.status, challenge: response.headers.get("www-authenticate"), body };
}

describe("a token", () => {
  it("is needed", async () => {
    const { api } = await start();
    expect(await call(api, "/orders")).toMatchObject({ status: 401, challenge: "Bearer" });
    expect(api.tokens.size).toBe(0);
  });

  it.each<[string, (s: Awaited<ReturnType<typeof start>>) => Promise<string>]>([
    ["for another audience", ({ token }) => token({ aud: "http://localhost:8788/mcp" })],
    ["of another issuer", ({ token }) => token({ iss: "https://other.example" })],
    ["that is over", ({ token }) => token({ exp: 1 })],
    ["without an end", ({ token }) => token({ exp: undefined })],
    ["of nobody known", ({ token }) => token({ sub: "somebody" })],
    ["of another kind", ({ token }) => token({}, "JWT")],
    ["of another key", async ({ token }) => token({}, "at+jwt", await generateKeyPair("RS256"))],
    ["that is none", async () => "x"],
  ])("%s is refused", async (_name, make) => {
    const started = await start();
    const token = await make(started);
    expect(await call(started.api, "/orders", token)).toMatchObject({
      status: 401,
      challenge: 'Bearer error="invalid_token"',
    });
    expect([...started.api.tokens]).toEqual([token]);
  });

  it("allows what its scopes say", async () => {
    const { api, token } = await start();
    const [reads, nothing] = [await token({ scope: "orders:read" }), await token({ scope: "" })];
    expect((await call(api, "/orders", reads)).status).toBe(200);
    expect(await call(api, "/orders/A-1042/cancel", reads, "POST")).toMatchObject({
      status: 403,
      challenge: 'Bearer error="insufficient_scope", scope="orders:write"',
    });
    expect(await call(api, "/orders", nothing)).toMatchObject({
      status: 403,
      challenge: 'Bearer error="insufficient_scope", scope="orders:read"',
    });
  });
});

describe("orders", () => {
  it("are listed page by page", async () => {
    const { api, token } = await start();
    const good = await token();
    expect((await call(api, "/orders", good)).body).toMatchObject({
      orders: [{ id: "A-1042" }, { id: "A-1038" }, { id: "A-1021" }],
      next: "A-1021",
    });
    expect((await call(api, "/orders?after=A-1021", good)).body).toMatchObject({
      orders: [{ id: "A-1007" }],
      next: null,
    });
  });

  it("are placed once per key, and commented on", async () => {
    const { api, token } = await start();
    const good = await token();
    const sencha = { item: "Sencha", quantity: 2 };
    const place = () => call(api, "/orders", good, "POST", sencha, "one");
    const first = await place();
    expect(first).toMatchObject({ status: 201, body: { ...sencha, id: "N-3000", status: "open" } });
    expect((await place()).body).toEqual(first.body);
    const comment = await call(api, "/orders/N-3000/comments", good, "POST", {
      text: "Ring twice",
    });
    expect(comment).toMatchObject({ status: 201, body: { comments: ["Ring twice"] } });
    const { body } = await call(api, "/orders", good);
    expect(body).toMatchObject({ orders: [{ id: "N-3000" }, { id: "A-1042" }, { id: "A-1038" }] });
  });

  it.each([
    ["/orders", { item: "Sencha", quantity: 0 }],
    ["/orders", undefined],
    ["/orders/A-1042/comments", { text: "" }],
  ])("are not changed by what is wrong: %s %j", async (path, json) => {
    const { api, token } = await start();
    expect((await call(api, path, await token(), "POST", json)).status).toBe(422);
  });

  it("are cancelled, unless they were shipped", async () => {
    const { api, token } = await start();
    const good = await token();
    expect(await call(api, "/orders/A-1042/cancel", good, "POST")).toMatchObject({
      status: 200,
      body: { id: "A-1042", status: "cancelled" },
    });
    expect((await call(api, "/orders/A-1042", good)).body).toMatchObject({ status: "cancelled" });
    expect((await call(api, "/orders/A-1038/cancel", good, "POST")).status).toBe(409);
  });

  it.each([
    ["GET", "/orders/B-2003", 404],
    ["POST", "/orders/B-2003/cancel", 404],
    ["GET", "/orders/%zz", 404],
    ["GET", "/orders/..%2f", 404],
    ["GET", "//", 404],
    ["GET", "/orders/A-1042/cancel/x", 404],
    ["GET", "/orders/A-1042/cancel", 405],
    ["DELETE", "/orders/A-1042", 405],
    ["PUT", "/orders", 405],
  ])("%s %s is answered with %i", async (method, path, status) => {
    const { api, token } = await start();
    expect((await call(api, path, await token(), method)).status).toBe(status);
  });
});
