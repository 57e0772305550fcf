import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  authorizationUrl,
  authorize,
  connect,
  exchangeCode,
  MCP,
  register,
  request,
  SSE,
  tokenRequest,
  tokensSchema,
} from "./as-client.ts";
import { initialize, post, Session } from "./mcp-client.ts";

afterEach(() => {
  vi.useRealTimers();
});

const DAY_MS = 86_400_000;

/** The error of an answer that must be one (RFC 6749, section 5.2). */
async function oauthError(response: Response): Promise<unknown> {
  expect(response.headers.get("cache-control")).toContain("no-store");
  const body = await response.json<{ error: string }>();
  return [response.status, body.error];
}

describe("a code", () => {
  it("is exchanged for a token of one hour, for /mcp when no resource was named", async () => {
    const response = await exchangeCode(await authorize({ change: { resource: null } }));
    const tokens = tokensSchema.parse(await response.json());
    expect(tokens.expires_in).toBe(3_600);
    expect(tokens.resource).toBe(MCP);
  });

  it("works once, and its reuse ends what came of it (RFC 6749, section 4.1.2)", async () => {
    const authorization = await authorize();
    const tokens = tokensSchema.parse(await (await exchangeCode(authorization)).json());
    expect(await oauthError(await exchangeCode(authorization))).toEqual([400, "invalid_grant"]);
    expect((await post(tokens.access_token, initialize())).response.status).toBe(401);
  });

  it("is refused from another client", async () => {
    const authorization = await authorize();
    const thief = await register();
    const response = await exchangeCode(authorization, { client_id: thief });
    expect(await oauthError(response)).toEqual([400, "invalid_grant"]);
  });

  it("is refused with another verifier, and without one", async () => {
    const change = { code_verifier: "another-verifier-that-is-long-enough-to-be-a-verifier" };
    const wrong = await exchangeCode(await authorize(), change);
    expect(await oauthError(wrong)).toEqual([400, "invalid_grant"]);
    const { clientId, code } = await authorize();
    const missing = await tokenRequest({
      grant_type: "authorization_code",
      client_id: clientId,
      code,
      redirect_uri: "http://localhost:3334/oauth/callback",
    });
    expect((await oauthError(missing)) as unknown[]).toEqual([
      400,
      expect.stringMatching(/^invalid_/),
    ]);
  });

  it("is refused with another redirect URI", async () => {
    const response = await exchangeCode(await authorize(), {
      redirect_uri: "http://localhost:3334/x",
    });
    expect(await oauthError(response)).toEqual([400, "invalid_grant"]);
  });

  it("is refused at an unknown client with 401, so that the client registers again", async () => {
    const response = await exchangeCode(await authorize(), { client_id: "unknown" });
    expect(await oauthError(response)).toEqual([401, "invalid_client"]);
  });
});

describe("an access token", () => {
  it("ends after an hour, and its client can refresh it", async () => {
    const tokens = await connect();
    expect((await post(tokens.access_token, initialize())).response.status).toBe(200);
    vi.useFakeTimers({ now: Date.now() + 3_601_000, toFake: ["Date"] });
    const { response } = await post(tokens.access_token, initialize());
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toContain('error="invalid_token"');
    const refreshed = tokensSchema.parse(await (await refresh(tokens)).json());
    expect((await post(refreshed.access_token, initialize())).response.status).toBe(200);
  });

  it("of one resource is refused at the other", async () => {
    const forSse = await connect({ change: { resource: SSE } });
    expect((await post(forSse.access_token, initialize())).response.status).toBe(401);
    const forMcp = await connect();
    const headers = { authorization: `Bearer ${forMcp.access_token}` };
    expect((await request("/sse", { headers })).status).toBe(401);
  });

  it("is refused when it is made up, cut short or in the address", async () => {
    const { access_token } = await connect();
    for (const token of ["made-up", "a:b:c", access_token.slice(0, -1), `${access_token}x`]) {
      expect((await post(token, initialize())).response.status, token).toBe(401);
    }
    expect((await request(`/mcp?access_token=${access_token}`, { method: "POST" })).status).toBe(
      401,
    );
  });

  it("is revoked, with its grant, by RFC 7009", async () => {
    const tokens = await connect();
    const revoked = await tokenRequest({ token: tokens.refresh_token, client_id: tokens.clientId });
    expect(revoked.status).toBe(200);
    expect((await post(tokens.access_token, initialize())).response.status).toBe(401);
    expect(await oauthError(await refresh(tokens))).toEqual([400, "invalid_grant"]);
  });
});

describe("a grant", () => {
  it("ends 30 days after its last use, not after its first", async () => {
    const tokens = await connect();
    const start = Date.now();
    vi.useFakeTimers({ now: start + 20 * DAY_MS, toFake: ["Date"] });
    const second = tokensSchema.parse(await (await refresh(tokens)).json());
    vi.setSystemTime(start + 45 * DAY_MS);
    const third = tokensSchema.parse(
      await (await refresh({ ...second, clientId: tokens.clientId })).json(),
    );
    vi.setSystemTime(start + 76 * DAY_MS);
    const late = await refresh({ ...third, clientId: tokens.clientId });
    expect(await oauthError(late)).toEqual([400, "invalid_grant"]);
  });

  it("survives its person signing in on a second device with the same client", async () => {
    const clientId = await register();
    const first = await connect({ clientId });
    const second = await connect({ clientId });
    expect((await post(first.access_token, initialize())).response.status).toBe(200);
    expect((await refresh(first)).status).toBe(200);
    expect((await refresh(second)).status).toBe(200);
  });

  it("is refused to another client, with a refresh token of its own kind", async () => {
    const tokens = await connect();
    const response = await refresh({ ...tokens, clientId: await register() });
    expect(await oauthError(response)).toEqual([400, "invalid_grant"]);
  });

  it("keeps nothing readable about its person in KV", async () => {
    await connect();
    const { keys } = await env.OAUTH_KV.list();
    const values = await Promise.all(keys.map(({ name }) => env.OAUTH_KV.get(name)));
    const everything = JSON.stringify([keys, values]);
    expect(keys.some(({ name }) => name.startsWith("grant:"))).toBe(true);
    expect(everything).not.toMatch(/alice|Alice|example\.com/);
  });
});

describe("a client that is new to a person", () => {
  it("asks each person for themselves: two people, two user ids", async () => {
    const clientId = await register();
    const alice = await Session.open((await connect({ clientId, person: "alice" })).access_token);
    const bob = await Session.open((await connect({ clientId, person: "bob" })).access_token);
    const a = await alice.use("whoami");
    const b = await bob.use("whoami");
    expect([a.name, b.name]).toEqual(["Alice Example", "Bob Example"]);
    expect(a.userId).not.toBe(b.userId);
    const again = await Session.open((await connect({ person: "alice" })).access_token);
    expect((await again.use("whoami")).userId).toBe(a.userId);
  });

  it("shows the page anew for each authorization", async () => {
    const { clientId } = await connect();
    expect((await request((await authorizationUrl(clientId)).url.href)).status).toBe(200);
  });
});

function refresh(tokens: { refresh_token: string; clientId: string }): Promise<Response> {
  return tokenRequest({
    grant_type: "refresh_token",
    refresh_token: tokens.refresh_token,
    client_id: tokens.clientId,
  });
}
