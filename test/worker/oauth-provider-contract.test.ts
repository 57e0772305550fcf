import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { OAuthAuthorizationServer, OAuthError } from "@cloudflare/workers-oauth-provider";
import { describe, expect, it } from "vitest";
import {
  grantIdOf,
  grantKey,
  parseGrantRecord,
  shownRecordSchema,
  tokenIdOf,
  tokenKeyPrefix,
} from "../../src/engine/grants/provider/records";
import { asRevocation, FORMLESS_TOKEN } from "../../src/engine/grants/provider/requests";
import { authorize, connect, exchangeCode, MCP, SSE, tokensSchema } from "./as-client.ts";
import { TEST_ORIGIN } from "./origin.ts";

/**
 * What src/engine/grants/provider/ relies on beside the library's documented interface. Each test's name says what an
 * upgrade changed when it fails, and so what to change there.
 */

const idOf = (token: string) => {
  const id = grantIdOf(token);
  if (id === undefined) throw new TypeError("This is no token of ours");
  return id;
};

/** The library by itself, with a KV that tells what it was asked for, and may refuse. */
function library(put?: (key: string) => void) {
  const asked: [string, ...unknown[]][] = [];
  const kv = new Proxy(env.OAUTH_KV, {
    get(target, property) {
      const member: unknown = Reflect.get(target, property);
      if (typeof member !== "function") return member;
      return (...args: unknown[]) => {
        asked.push([String(property), ...args]);
        if (property === "put") put?.(String(args[0]));
        return Reflect.apply(member, target, args);
      };
    },
  });
  const server = new OAuthAuthorizationServer<Env>({
    issuer: TEST_ORIGIN,
    resources: [MCP, SSE],
    defaultResource: MCP,
    scopesSupported: ["op:add"],
    accessTokenTTL: 3_600,
    refreshTokenTTL: 86_400,
    onError() {},
  });
  return {
    asked,
    of: (operation: string) => asked.filter(([name]) => name === operation).map(([, key]) => key),
    post(form: URLSearchParams | Record<string, string>, headers: Record<string, string> = {}) {
      const request = new Request(`${TEST_ORIGIN}/oauth/token`, {
        method: "POST",
        headers,
        body: new URLSearchParams(form),
      });
      return server.fetch(request, { ...env, OAUTH_KV: kv }, createExecutionContext());
    },
    validate: (token: string) => server.validateToken(MCP, token, { ...env, OAUTH_KV: kv }),
  };
}

const refreshForm = ({ refresh_token, clientId }: { refresh_token: string; clientId: string }) => ({
  grant_type: "refresh_token",
  refresh_token,
  client_id: clientId,
});

describe("workers-oauth-provider", () => {
  it("makes codes and tokens of the form userId:grantId:secret, which name one grant", async () => {
    const { code, ...rest } = await authorize();
    const response = await exchangeCode({ code, ...rest });
    const tokens = tokensSchema.parse(await response.json());
    expect(idOf(tokens.access_token)).toEqual(idOf(code));
    expect(idOf(tokens.refresh_token)).toEqual(idOf(code));
  });

  it("keeps a grant under grant:<user>:<grant>, with the fields that are read here", async () => {
    const { code, clientId, ...rest } = await authorize();
    const key = grantKey(idOf(code));
    const fresh = parseGrantRecord((await env.OAUTH_KV.get(key)) ?? "");
    expect(fresh).toMatchObject({ clientId, authCodeId: await tokenIdOf(code) });
    const tokens = tokensSchema.parse(
      await (await exchangeCode({ code, clientId, ...rest })).json(),
    );
    const json = (await env.OAUTH_KV.get(key)) ?? "";
    expect(parseGrantRecord(json)).toMatchObject({
      authCodeId: await tokenIdOf(code),
      refreshTokenId: await tokenIdOf(tokens.refresh_token),
      expiresAt: expect.any(Number),
    });
    expect(shownRecordSchema.parse(JSON.parse(json))).toMatchObject({
      clientId,
      scope: expect.arrayContaining(["op:add"]),
      createdAt: expect.any(Number),
      redirectUri: expect.any(String),
      metadata: { clientName: "Test client" },
    });
  });

  it("keeps an access token under token:<user>:<grant>:<SHA-256>, and reads it by { type: json }", async () => {
    const { access_token } = await connect();
    const key = tokenKeyPrefix(idOf(access_token)) + (await tokenIdOf(access_token));
    const { asked, validate } = library();
    expect(await validate(access_token)).not.toBeNull();
    expect(asked).toEqual([["get", key, { type: "json" }]]);
  });

  it("writes the grant before its access token, and nothing else, at a refresh", async () => {
    const tokens = await connect();
    const { of, post } = library();
    expect((await post(refreshForm(tokens))).status).toBe(200);
    const id = idOf(tokens.refresh_token);
    expect(of("put")).toEqual([
      grantKey(id),
      expect.stringMatching(new RegExp(`^${tokenKeyPrefix(id)}[0-9a-f]{64}$`)),
    ]);
    expect(of("delete")).toEqual([]);
  });

  it("lets an OAuthError that KV throws at a write become the answer", async () => {
    const tokens = await connect();
    const { post } = library((key) => {
      if (key.startsWith("grant:")) {
        throw new OAuthError("invalid_grant", { description: "The grant has ended" });
      }
    });
    const response = await post(refreshForm(tokens));
    expect(await response.json()).toMatchObject({ error: "invalid_grant" });
  });

  it("takes a rotated token once more as previousRefreshTokenId, until its successor is used", async () => {
    const tokens = await connect();
    const { post } = library();
    expect((await post(refreshForm(tokens))).status).toBe(200);
    const record = (await env.OAUTH_KV.get(grantKey(idOf(tokens.refresh_token)))) ?? "";
    const { previousRefreshTokenId } = parseGrantRecord(record);
    expect(previousRefreshTokenId).toBe(await tokenIdOf(tokens.refresh_token));
    expect((await post(refreshForm(tokens))).status).toBe(200);
  });

  it("deletes the grant at a revocation by its own client only", async () => {
    const tokens = await connect();
    const { clientId: other } = await connect();
    const revocation = (client_id: string) =>
      asRevocation(
        new URLSearchParams(refreshForm({ ...tokens, clientId: client_id })),
        tokens.refresh_token,
      );
    const key = grantKey(idOf(tokens.refresh_token));
    const byOther = library();
    expect((await byOther.post(revocation(other))).status).toBe(200);
    expect(byOther.of("delete")).toEqual([]);
    const byOwn = library();
    expect((await byOwn.post(revocation(tokens.clientId))).status).toBe(200);
    expect(byOwn.of("delete")).toContain(key);
  });

  it("refuses a token without form after it knows the client, without a look for a grant", async () => {
    const { clientId } = await connect();
    const { of, post } = library();
    const response = await post(refreshForm({ refresh_token: FORMLESS_TOKEN, clientId }));
    expect(await response.json()).toMatchObject({ error: "invalid_grant" });
    expect(of("get")).toEqual([`client:${clientId}`]);
  });

  it("refuses the client's id beside HTTP Basic, so that it has to be dropped before", async () => {
    const { post } = library();
    const authorization = `Basic ${btoa("client:secret")}`;
    const form = { grant_type: "refresh_token", refresh_token: "none", client_id: "client" };
    const response = await post(form, { authorization });
    // When this fails, the library takes it by itself: token-form.ts need not drop it any more.
    expect(await response.json()).toMatchObject({ error: "invalid_request" });
  });
});
