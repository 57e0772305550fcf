import { afterEach, describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { userIdOf } from "../../src/engine/identity/user-id";
import {
  json,
  type ScriptedAnswer,
  type ScriptedAuthority,
} from "../support/scripted-authority.ts";
import { theStored } from "./audited.ts";
import { externalGatehouse } from "./external-gatehouse.ts";
import { requestsTo, script, startAuthority } from "./scripted.ts";

afterEach(() => {
  vi.useRealTimers();
});

const order = { id: "1", item: "Tea", quantity: 2, status: "open", placedAt: "2026-11-01" };

/** A Gatehouse, the authorization server whose tokens it takes, and an API that both know. */
async function start(vars: Record<string, string> = {}) {
  const authority = await startAuthority("ES256");
  const api = `${authority.issuer}/api`;
  const apiPath = new URL(`${api}/orders`).pathname;
  await script(apiPath, json({ orders: [order], next: null }));
  await issues(authority, "upstream-token");
  const gatehouse = externalGatehouse({
    AUTH_MODE: "jwt",
    AS_ISSUER: authority.issuer,
    AS_CLIENT_ID: "gatehouse",
    AS_CLIENT_SECRET: "secret",
    UPSTREAM_API_URL: api,
    UPSTREAM_API_NAME: "the orders API",
    ...vars,
  });
  return {
    authority,
    gatehouse,
    api,
    exchanges: async () =>
      (await requestsTo(authority.paths.token)).map(({ body, headers }) => ({
        form: Object.fromEntries(new URLSearchParams(body)),
        headers,
      })),
    apiCalls: () => requestsTo(apiPath),
    apiAnswers: (answer: ScriptedAnswer) => script(apiPath, answer),
    token: (change: Record<string, unknown> = {}) =>
      authority.token({ scope: "orders:read", ...change }),
  };
}

function issues(authority: ScriptedAuthority, token: string, change: Record<string, unknown> = {}) {
  const answer = {
    access_token: token,
    issued_token_type: "urn:ietf:params:oauth:token-type:access_token",
    token_type: "Bearer",
    expires_in: 300,
    ...change,
  };
  return script(authority.paths.token, json(answer));
}

/** What a model reads when list_orders fails. */
async function failure({ gatehouse, token }: Awaited<ReturnType<typeof start>>): Promise<string> {
  const { result } = await gatehouse.use(await token(), "list_orders");
  return z
    .object({ isError: z.literal(true), content: z.tuple([z.object({ text: z.string() })]) })
    .parse(result).content[0].text;
}

describe("a tool that calls an API", () => {
  it("gets a token for it by exchange, and the caller's own goes no further", async () => {
    const { gatehouse, token, exchanges, apiCalls, api } = await start({
      UPSTREAM_API_SCOPES: "read:orders",
    });
    const mine = await token();
    const { result } = await gatehouse.use(mine, "list_orders");
    expect(result?.structuredContent).toEqual({ orders: [order] });
    const [exchange] = await exchanges();
    expect(exchange?.form).toEqual({
      grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
      subject_token: mine,
      subject_token_type: "urn:ietf:params:oauth:token-type:access_token",
      requested_token_type: "urn:ietf:params:oauth:token-type:access_token",
      resource: api,
      scope: "read:orders",
    });
    expect(exchange?.headers.authorization).toBe(`Basic ${btoa("gatehouse:secret")}`);
    const calls = await apiCalls();
    expect(calls.map(({ headers }) => headers.authorization)).toEqual(["Bearer upstream-token"]);
    expect(JSON.stringify(calls)).not.toContain(mine);
  });

  it("leaves the chain of identities in the audit, once an exchange, and no token", async () => {
    const { authority, gatehouse, token, api } = await start({
      UPSTREAM_API_SCOPES: "read:orders",
    });
    const { issuer } = authority;
    const mine = await token({ sub: "user-of-the-chain", client_id: "their-client" });
    await gatehouse.use(mine, "list_orders");
    await gatehouse.use(mine, "list_orders");
    const event = await theStored("credentials_issued", (issued) => issued.issuer === issuer);
    expect(event).toMatchObject({
      outcome: "ok",
      userId: await userIdOf({ issuer, subject: "user-of-the-chain" }),
      clientId: "their-client",
      application: "gatehouse",
      api,
      scopes: ["read:orders"],
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(JSON.stringify(event)).not.toMatch(/upstream-token|user-of-the-chain/);

    await script(authority.paths.token, { ...json({ error: "invalid_grant" }), status: 400 });
    await gatehouse.use(await token({ client_id: "another" }), "list_orders");
    expect(
      await theStored("credentials_issued", ({ clientId }) => clientId === "another"),
    ).toMatchObject({ outcome: "failed" });
  });

  it("names the API as its server knows it", async () => {
    const named = await start({ UPSTREAM_API_AUDIENCE: "orders" });
    await named.gatehouse.use(await named.token(), "list_orders");
    expect((await named.exchanges())[0]?.form).toMatchObject({ audience: "orders" });
    expect((await named.exchanges())[0]?.form).not.toHaveProperty("resource");
    const other = await start({ UPSTREAM_API_RESOURCE: "https://api.github.com" });
    await other.gatehouse.use(await other.token(), "list_orders");
    expect((await other.exchanges())[0]?.form).toMatchObject({
      resource: "https://api.github.com",
    });
  });

  it("is not offered where no API is configured", async () => {
    const authority = await startAuthority();
    const gatehouse = externalGatehouse({ AUTH_MODE: "jwt", AS_ISSUER: authority.issuer });
    const { error } = await gatehouse.use(
      await authority.token({ scope: "orders:read" }),
      "list_orders",
    );
    expect(error).toMatchObject({ code: -32_602 });
    const metadata = await gatehouse.fetch("/.well-known/oauth-protected-resource/mcp");
    expect(await metadata.text()).not.toContain("orders:read");
  });
});

describe("an exchanged token", () => {
  it("is used again by the same person, client and scopes, and by nobody else", async () => {
    const { gatehouse, token, exchanges } = await start();
    const use = async (change: Record<string, unknown>) => {
      const { result } = await gatehouse.use(await token(change), "list_orders");
      expect(result?.isError).not.toBe(true);
      return (await exchanges()).length;
    };
    expect(await use({})).toBe(1);
    expect(await use({})).toBe(1);
    expect(await use({ sub: "person-2" })).toBe(2);
    expect(await use({ client_id: "client-2" })).toBe(3);
    expect(await use({ scope: "orders:read orders:write" })).toBe(4);
    expect(await use({ scope: "orders:write orders:read" })).toBe(4);
    expect(await use({})).toBe(4);
  });

  it("is got once for calls that come at once", async () => {
    const { authority, gatehouse, token, exchanges } = await start();
    const answer = { access_token: "slow", token_type: "Bearer", expires_in: 300 };
    await script(authority.paths.token, { ...json(answer), delayMs: 100 });
    const mine = await token();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => gatehouse.use(mine, "list_orders")),
    );
    expect(answers.every(({ result }) => result?.structuredContent !== undefined)).toBe(true);
    expect(await exchanges()).toHaveLength(1);
  });

  it("is renewed half a minute before its end", async () => {
    const { gatehouse, token, exchanges } = await start();
    const mine = await token({ exp: Math.floor(Date.now() / 1_000) + 3_600 });
    const startMs = Date.now();
    const exchangesAt = async (seconds: number) => {
      vi.useFakeTimers({ now: startMs + seconds * 1_000, toFake: ["Date"] });
      await gatehouse.use(mine, "list_orders");
      return (await exchanges()).length;
    };
    expect(await exchangesAt(0)).toBe(1);
    expect(await exchangesAt(268)).toBe(1);
    expect(await exchangesAt(272)).toBe(2);
  });

  it("of unknown lifetime is used once", async () => {
    const { authority, gatehouse, token, exchanges } = await start();
    await issues(authority, "once", { expires_in: undefined });
    for (let i = 0; i < 2; i++) await gatehouse.use(await token(), "list_orders");
    expect(await exchanges()).toHaveLength(2);
  });

  it("that the API refuses is replaced once", async () => {
    const started = await start();
    await started.apiAnswers({ status: 401 });
    expect(await failure(started)).toMatch(/^the orders API does not accept the access that was/);
    expect(await started.exchanges()).toHaveLength(2);
    expect(await started.apiCalls()).toHaveLength(2);
  });

  it.each([
    ["the caller's own", (token: string) => token],
    ["another one for this server", undefined],
  ])("that is %s never reaches the API", async (_name, choose) => {
    const { authority, gatehouse, token, apiCalls } = await start();
    const mine = await token();
    await issues(authority, choose?.(mine) ?? (await token({ jti: "another" })));
    const { result } = await gatehouse.use(mine, "list_orders");
    expect(result?.isError).toBe(true);
    expect(await apiCalls()).toEqual([]);
  });
});

describe("an answer to an exchange", () => {
  const type = (name: string) => `urn:ietf:params:oauth:token-type:${name}`;

  it.each<[string, Record<string, unknown>]>([
    ["a refresh token by its type", { issued_token_type: type("refresh_token") }],
    ["an ID token by its type", { issued_token_type: type("id_token") }],
    ["SAML by its type", { issued_token_type: type("saml2") }],
    ["bound to a key by its type", { token_type: "DPoP" }],
    ["no access token by its type (RFC 8693)", { token_type: "N_A" }],
  ])("that is %s is not sent to the API", async (_name, change) => {
    const started = await start();
    await issues(started.authority, "upstream-token", change);
    expect(await failure(started)).toMatch(/something else than a bearer token/);
    expect(await started.apiCalls()).toEqual([]);
  });

  it.each<[string, Record<string, unknown>]>([
    ["a refresh token by its claims", { token_use: "refresh_token" }],
    ["an ID token by its claims", { at_hash: "x" }],
    ["bound to a key by its claims", { cnf: { jkt: "x" } }],
  ])("that is %s is not sent to the API", async (_name, claims) => {
    const started = await start();
    const { authority } = started;
    await issues(authority, await authority.token({ aud: "https://api.example", ...claims }));
    expect(await failure(started)).toMatch(/something else than a bearer token/);
    expect(await started.apiCalls()).toEqual([]);
  });

  it.each<[string, Record<string, unknown>]>([
    ["null", { refresh_token: null, scope: null, id_token: null, token_type: null }],
    ["empty", { refresh_token: "", scope: "", id_token: "", issued_token_type: "" }],
    ["absent", { token_type: undefined, issued_token_type: undefined }],
    ["a lifetime as text", { expires_in: "300" }],
    ["no lifetime", { expires_in: null }],
  ])("may have members that are %s", async (_name, change) => {
    const { authority, gatehouse, token } = await start();
    await issues(authority, "upstream-token", change);
    const { result } = await gatehouse.use(await token(), "list_orders");
    expect(result?.structuredContent).toEqual({ orders: [order] });
  });

  const audience = "our-audience";
  it.each<[string, Record<string, string>, Record<string, unknown>, unknown]>([
    ["TOKEN_AUDIENCE", { TOKEN_AUDIENCE: audience }, { aud: audience }, audience],
    ["the other resource", {}, {}, "https://mcp.test/sse"],
    ["the resource, among others", {}, {}, ["https://api.example", "https://mcp.test/mcp"]],
  ])("that is good here by %s never reaches the API", async (_name, vars, mine, aud) => {
    const { authority, gatehouse, token, apiCalls } = await start(vars);
    await issues(authority, await authority.token({ aud }));
    const { result } = await gatehouse.use(await token(mine), "list_orders");
    expect(result?.isError).toBe(true);
    expect(await apiCalls()).toEqual([]);
  });

  it.each([
    ["good here", "https://mcp.test/sse", 0],
    ["for the API alone", "https://api.example", 1],
  ])("that is opaque, and %s as introspection has it", async (_name, aud, sent) => {
    const { authority, gatehouse, apiCalls } = await start({
      AUTH_MODE: "introspection",
      INTROSPECTION_CACHE_SECONDS: "60",
    });
    const said = { active: true, ...authority.claims({ scope: "account:read orders:read" }) };
    await authority.introspects(said);
    expect((await gatehouse.call("opaque", "whoami")).status).toBe(200);
    await authority.introspects({ ...said, aud });
    await gatehouse.use("opaque", "list_orders");
    expect(await apiCalls()).toHaveLength(sent);
  });

  it("comes from where the metadata says now, when the endpoint has moved", async () => {
    const { authority, gatehouse, token } = await start();
    await authority.publish({ token_endpoint: undefined });
    await gatehouse.use(await token(), "list_orders");
    await authority.publish({});
    vi.useFakeTimers({ now: Date.now() + 31_000, toFake: ["Date"] });
    const { result } = await gatehouse.use(await token(), "list_orders");
    expect(result?.structuredContent).toEqual({ orders: [order] });
  });
});

describe("what goes wrong upstream is told to the person", () => {
  const error = (status: number, body: Record<string, unknown>): ScriptedAnswer => ({
    ...json(body),
    status,
  });
  const consent = /^You have not allowed this server to use the orders API for you/;
  it.each<[string, ScriptedAnswer, RegExp]>([
    [
      "missing consent, with an address",
      error(400, {
        error: "interaction_required",
        error_description: 'Link "orders" first',
        error_uri: "https://as.example/connections",
      }),
      /says: "Link \\"orders\\" first"\)\. Open https:\/\/as\.example\/connections in your browser and allow it, then try again\.$/,
    ],
    ["missing consent", error(400, { error: "invalid_grant" }), consent],
    ["consent that is too narrow", error(403, { error: "insufficient_scope" }), consent],
    [
      "an address that no person should open",
      error(400, { error: "invalid_grant", error_uri: "javascript:alert(1)" }),
      /^(?!.*javascript).*connect this server again, then try again\.$/,
    ],
    [
      "an unknown API",
      error(400, { error: "invalid_target" }),
      /gives this server no access to the orders API\. The server's operator/,
    ],
    [
      "a token that is not taken, as RFC 8693 says it",
      error(400, { error: "invalid_request", error_description: "The token was revoked" }),
      /for you \(.*says: "The token was revoked"\)\. Connect this server again; if that does not help/,
    ],
    [
      "our own credential",
      { status: 401, headers: { "www-authenticate": 'Basic realm="x"' } },
      /The server's operator needs to fix this/,
    ],
    ["an outage", { status: 503 }, /Could not get access to .*\. Try again in a minute\./],
    ["a page", { headers: { "content-type": "text/html" }, body: "<html>" }, /in a minute/],
    ["a limit", error(429, { error: "slow_down" }), /in a minute/],
  ])("%s", async (_name, answer, text) => {
    const started = await start();
    await script(started.authority.paths.token, answer);
    expect(await failure(started)).toMatch(text);
    await issues(started.authority, "upstream-token");
    const { result } = await started.gatehouse.use(await started.token(), "list_orders");
    expect(result?.structuredContent).toBeDefined();
  });

  it.each<[string, ScriptedAnswer, RegExp]>([
    [
      "403",
      {
        status: 403,
        headers: { "www-authenticate": 'Bearer error="insufficient_scope", scope="orders:read"' },
      },
      /^the orders API does not allow this: it needs the permission orders:read\.$/,
    ],
    ["404", { ...json({ detail: "No such list" }), status: 404 }, /nothing there\. It says: "No/],
    ["422", { ...json({ message: "Bad" }), status: 422 }, /\(status 422\)\. It says: "Bad"\.$/],
    ["429", { status: 429, headers: { "retry-after": "3600" } }, /Try again in 3600 seconds\.$/],
    ["a page", { body: "<html>" }, /answered in a way that this server does not understand/],
    ["another shape", json({ orders: "none" }), /does not understand/],
    ["a redirect", { status: 302, headers: { location: "https://evil.example" } }, /status 302/],
  ])("%s of the API", async (_name, answer, text) => {
    const started = await start();
    await started.apiAnswers(answer);
    expect(await failure(started)).toMatch(text);
  });

  it("a failure that passes is not noticed", async () => {
    const { gatehouse, token, apiAnswers, apiCalls } = await start();
    await apiAnswers({ status: 503, headers: { "retry-after": "1" } });
    const answer = gatehouse.use(await token(), "list_orders");
    await vi.waitFor(async () => expect(await apiCalls()).not.toHaveLength(0));
    await apiAnswers(json({ orders: [] }));
    expect((await answer).result?.structuredContent).toEqual({ orders: [] });
  });
});

describe("arguments of a model stay within the path they are for", () => {
  it.each(["../admin", "..", ".", "%2e%2e", "1/../2", "1?all=1", "1#x", "a b", "\ud800"])(
    "%j",
    async (id) => {
      const { authority, gatehouse, token } = await start();
      const api = `${new URL(authority.issuer).pathname}/api`;
      const others = ["admin", "orders", "orders/", "orders/1", "orders/2"];
      for (const other of others) await script(`${api}/${other}`, json(order));
      const { result } = await gatehouse.use(await token(), "get_order", { id });
      expect(result?.isError).toBe(true);
      for (const other of others) expect(await requestsTo(`${api}/${other}`), other).toEqual([]);
    },
  );
});
