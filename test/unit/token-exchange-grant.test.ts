import { decodeJwt, exportJWK, generateKeyPair, SignJWT } from "jose";
import * as oauth from "oauth4webapi";
import { describe, expect, it, onTestFinished } from "vitest";
import * as z from "zod";
import {
  type AuthorizationServer,
  type AuthorizationServerOptions,
  startAuthorizationServer,
} from "../../dev/authorization-server/authorization-server.ts";
import { people } from "../../dev/local-servers/people.ts";
import { mcpScopes } from "../fixture/scopes.ts";
import { ordersApiAt } from "../support/orders-api.ts";
import {
  connectPublicClient,
  discover,
  http,
  type PublicClient,
} from "../support/public-client.ts";

const MCP = "http://localhost:8788/mcp";
const API = "http://127.0.0.1:8790";
const TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";
const client = { client_id: "gatehouse" };
const secret = oauth.ClientSecretBasic("a-secret-of-gatehouse");

const answerSchema = z.object({
  access_token: z.string().optional(),
  issued_token_type: z.string().optional(),
  token_type: z.string().optional(),
  expires_in: z.number().optional(),
  scope: z.string().optional(),
  error: z.string().optional(),
  error_uri: z.string().optional(),
});

type Started = { authorizationServer: AuthorizationServer; server: oauth.AuthorizationServer };

async function start(change: Partial<AuthorizationServerOptions> = {}): Promise<Started> {
  const authorizationServer = await startAuthorizationServer({
    port: 0,
    tokenFormat: "jwt",
    mcpScopes,
    resources: { mcp: [MCP], apis: [ordersApiAt(API)] },
    client: { clientId: "gatehouse", clientSecret: "a-secret-of-gatehouse" },
    ...change,
  });
  onTestFinished(authorizationServer.stop);
  return { authorizationServer, server: await discover(authorizationServer.issuer) };
}

function connect(
  { authorizationServer: { issuer } }: Started,
  change: { person?: "alice" | "bob"; scope?: string } = {},
): Promise<PublicClient> {
  const scope = "orders:read orders:write notes:read";
  return connectPublicClient(issuer, { person: "alice", resource: MCP, scope, ...change });
}

/** Asks for an exchange that is right but for the changes; null leaves a parameter out. */
async function exchange(
  { server }: Started,
  subjectToken: string,
  change: Record<string, string | null> = {},
  authentication: oauth.ClientAuth = secret,
) {
  const parameters = new URLSearchParams();
  const asked = {
    subject_token: subjectToken,
    subject_token_type: ACCESS_TOKEN,
    resource: API,
    ...change,
  };
  for (const [name, value] of Object.entries(asked)) {
    if (value !== null) parameters.set(name, value);
  }
  const response = await oauth.genericTokenEndpointRequest(
    server,
    client,
    authentication,
    TOKEN_EXCHANGE,
    parameters,
    http,
  );
  return { status: response.status, ...answerSchema.parse(await response.json()) };
}

describe.each(["jwt", "opaque"] as const)("a subject token that is %s", (tokenFormat) => {
  it("is exchanged for one of the same person, for the API only", async () => {
    const started = await start({ tokenFormat });
    const { tokens } = await connect(started);
    const answer = await exchange(started, tokens.access_token, { scope: "orders:read" });
    expect(answer).toMatchObject({
      status: 200,
      issued_token_type: ACCESS_TOKEN,
      token_type: "Bearer",
      expires_in: 300,
      scope: "orders:read",
    });
    const claims = decodeJwt(answer.access_token ?? "");
    expect(claims).toMatchObject({
      iss: started.authorizationServer.issuer,
      aud: API,
      sub: people.find(({ id }) => id === "alice")?.sub,
      client_id: "gatehouse",
      act: { sub: "gatehouse" },
      scope: "orders:read",
    });
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(300);
  });

  it("is refused once the person's grant was revoked", async () => {
    const started = await start({ tokenFormat });
    const { tokens, revoke } = await connect(started);
    expect((await revoke(tokens.refresh_token ?? "")).status).toBe(200);
    expect(await exchange(started, tokens.access_token)).toMatchObject({ error: "invalid_grant" });
  });

  it("allows no more at the API than what the person gave the client", async () => {
    const started = await start({ tokenFormat });
    const [narrow, none] = [
      await connect(started, { scope: "orders:read notes:read" }),
      await connect(started, { scope: "notes:read" }),
    ];
    const both = { scope: "orders:read orders:write" };
    for (const asked of [both, {}]) {
      const answer = await exchange(started, narrow.tokens.access_token, asked);
      expect(decodeJwt(answer.access_token ?? "").scope).toBe("orders:read");
      expect(answer.scope).toBe("orders:read");
      expect(await exchange(started, none.tokens.access_token, asked)).toMatchObject({
        error: "invalid_scope",
      });
    }
  });
});

describe("an exchange is refused", () => {
  it.each<[string, Record<string, string | null>, string]>([
    ["without a subject token", { subject_token: null }, "invalid_request"],
    [
      "of another kind of token",
      { subject_token_type: "urn:ietf:params:oauth:token-type:refresh_token" },
      "invalid_request",
    ],
    [
      "for another kind of token",
      { requested_token_type: "urn:ietf:params:oauth:token-type:refresh_token" },
      "invalid_request",
    ],
    ["for somebody who acts", { actor_token: "x" }, "invalid_request"],
    ["without a target", { resource: null }, "invalid_target"],
    ["for an unknown resource", { resource: "https://other.example" }, "invalid_target"],
    ["for Gatehouse itself", { resource: MCP }, "invalid_target"],
    ["for the API and another", { audience: "https://other.example" }, "invalid_target"],
    ["for a scope that the API has not", { scope: "orders:read admin" }, "invalid_scope"],
    ["for a token that is none", { subject_token: "x" }, "invalid_grant"],
  ])("%s", async (_name, change, error) => {
    const started = await start();
    const { tokens } = await connect(started);
    const { status, ...answer } = await exchange(started, tokens.access_token, change);
    expect({ status, error: answer.error }).toEqual({ status: 400, error });
    expect(answer.access_token).toBeUndefined();
  });

  it("with a wrong secret, or by an MCP client", async () => {
    const started = await start();
    const { tokens, clientId } = await connect(started);
    const wrong = oauth.ClientSecretBasic("another");
    expect(await exchange(started, tokens.access_token, {}, wrong)).toMatchObject({
      status: 401,
      error: "invalid_client",
    });
    const response = await oauth.genericTokenEndpointRequest(
      started.server,
      { client_id: clientId },
      oauth.None(),
      TOKEN_EXCHANGE,
      { subject_token: tokens.access_token, subject_token_type: ACCESS_TOKEN, resource: API },
      http,
    );
    expect(response.status).toBe(400);
    expect(answerSchema.parse(await response.json()).error).toBe("invalid_request");
  });

  it("of a token that was issued for the API, or by nobody known", async () => {
    const started = await start();
    const { tokens } = await connect(started);
    const forApi = await exchange(started, tokens.access_token);
    const { privateKey } = await generateKeyPair("RS256");
    const forged = await new SignJWT(decodeJwt(tokens.access_token))
      .setProtectedHeader({ alg: "RS256", typ: "at+jwt" })
      .sign(privateKey);
    for (const token of [forApi.access_token ?? "", forged, tokens.refresh_token ?? ""]) {
      expect(await exchange(started, token)).toMatchObject({ error: "invalid_grant" });
    }
  });

  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ["for a resource of another server", { aud: "https://other.example/mcp" }, {}],
    ["for no resource", { aud: undefined }, {}],
    ["of another issuer", { iss: "https://other.example" }, {}],
    ["of another kind", {}, { typ: "JWT" }],
    ["that is over", { exp: 1 }, {}],
    ["without an end", { exp: undefined }, {}],
    ["of no grant", { grant: undefined }, {}],
    ["of another person's grant", { sub: people.find(({ id }) => id === "bob")?.sub }, {}],
    ["of another client's grant", { client_id: "other" }, {}],
  ])("of a token that this server has signed, but %s", async (_name, claims, header) => {
    const started = await start();
    const { mint } = started.authorizationServer;
    started.authorizationServer.link("bob", true);
    const { tokens } = await connect(started);
    const good = decodeJwt(tokens.access_token);
    expect((await exchange(started, await mint(good))).status).toBe(200);
    const answer = await exchange(started, await mint({ ...good, ...claims }, header));
    expect(answer).toMatchObject({ status: 400, error: "invalid_grant" });
  });

  it("of a token whose key was withdrawn, and not while it is published", async () => {
    const started = await start();
    const { tokens } = await connect(started);
    started.authorizationServer.rotateKeys({ keepsOld: true });
    expect((await exchange(started, tokens.access_token)).status).toBe(200);
    started.authorizationServer.rotateKeys();
    expect(await exchange(started, tokens.access_token)).toMatchObject({ error: "invalid_grant" });
  });

  it("for a person who has not linked the API, with where to do so", async () => {
    const started = await start();
    const { tokens } = await connect(started, { person: "bob" });
    expect(await exchange(started, tokens.access_token)).toMatchObject({
      status: 400,
      error: "interaction_required",
      error_uri: `${started.authorizationServer.issuer}/connections`,
    });
    started.authorizationServer.link("bob", true);
    expect((await exchange(started, tokens.access_token)).status).toBe(200);
    started.authorizationServer.link("bob", false);
    expect((await exchange(started, tokens.access_token)).error).toBe("interaction_required");
  });
});

describe("a private key proves Gatehouse", () => {
  async function startWithKey() {
    const { privateKey, publicKey } = await generateKeyPair("ES256");
    const jwks = { keys: [{ ...(await exportJWK(publicKey)), alg: "ES256" }] };
    const started = await start({ client: { clientId: "gatehouse", jwks } });
    const { tokens } = await connect(started);
    return { started, privateKey, token: tokens.access_token };
  }

  /** An assertion that is right but for the changes (RFC 7523, section 3). */
  function assertion(issuer: string, change: Record<string, unknown> = {}) {
    const claims = { jti: crypto.randomUUID(), ...change };
    return new SignJWT({ iss: "gatehouse", sub: "gatehouse", aud: issuer, ...claims })
      .setProtectedHeader({ alg: "ES256" })
      .setExpirationTime("1m");
  }

  const sent =
    (jwt: string): oauth.ClientAuth =>
    (_server, _client, body) => {
      body.set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
      body.set("client_assertion", jwt);
    };

  it("with a new assertion each time", async () => {
    const { started, privateKey, token } = await startWithKey();
    for (let times = 0; times < 2; times++) {
      const answer = await exchange(started, token, {}, oauth.PrivateKeyJwt(privateKey));
      expect(answer.status).toBe(200);
    }
    const once = sent(await assertion(started.authorizationServer.issuer).sign(privateKey));
    expect((await exchange(started, token, {}, once)).status).toBe(200);
    expect(await exchange(started, token, {}, once)).toMatchObject({ error: "invalid_client" });
  });

  it("and not with one for another place, of another client, without an id, or by another key", async () => {
    const { started, privateKey, token } = await startWithKey();
    const { issuer } = started.authorizationServer;
    const { privateKey: other } = await generateKeyPair("ES256");
    const refused = [
      await assertion(issuer, { aud: `${issuer}/token` }).sign(privateKey),
      await assertion(issuer, { aud: [issuer, "https://other.example"] }).sign(privateKey),
      await assertion(issuer, { iss: "other" }).sign(privateKey),
      await assertion(issuer, { jti: undefined }).sign(privateKey),
      await assertion(issuer).setExpirationTime("-1m").sign(privateKey),
      await assertion(issuer).sign(other),
    ];
    for (const jwt of refused) {
      expect(await exchange(started, token, {}, sent(jwt))).toMatchObject({
        status: 401,
        error: "invalid_client",
      });
    }
    expect(await exchange(started, token)).toMatchObject({ error: "invalid_client" });
  });
});
