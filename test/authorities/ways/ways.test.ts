import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import * as z from "zod";
import { ScriptlessBrowser } from "../../../dev/browser/scriptless-browser.ts";
import { type Api, connectionOf, defineApi, defineService } from "../../../src/engine/config";
import { parseConfig } from "../../../src/engine/configuration";
import type { UpstreamTokens } from "../../../src/engine/identity/upstream-tokens";
import {
  connectedTokens,
  connectUrl,
  renewedTokens,
  revokeTokens,
} from "../../../src/engine/linked/service-client";
import { openIdConnect } from "../../../src/engine/providers/openid-connect";
import { createUpstreams } from "../../../src/engine/upstream/upstreams";
import { TEST_ORIGIN } from "../../worker/origin.ts";
import { type Authority, startBetterAuth } from "../better-auth.ts";
import { startGlewlwyd } from "../glewlwyd.ts";
import { startTokenApi } from "../token-api.ts";

// The ways of docs/call-your-api.md that come to a token at another server, against real ones. Neither of these knows
// RFC 8693, so nothing is exchanged here; better-auth has no client credentials and revokes nothing (RFC 7009).

const redirectUri = `${TEST_ORIGIN}/callback`;

function configured(api: Api, vars: Record<string, string>) {
  const declared = { name: "Ways", identityProviders: [openIdConnect], apis: [api] };
  const config = parseConfig(
    { SESSION_SECRET: "only-for-tests-and-long-enough-to-be-taken", ...vars },
    declared,
  );
  const upstream = config.apis.get(api);
  if (config.authorization.mode !== "provider" || upstream === undefined)
    throw new TypeError("Not configured");
  return {
    upstream,
    provider: config.authorization.identityProvider,
    /** Calls the API as somebody with these tokens of their sign-in. */
    call(path: string[], tokens?: UpstreamTokens): Promise<Record<string, unknown>> {
      const caller = {
        principal: {
          ...{ userId: "u", clientId: "c", clientName: "c", scopes: [], resource: TEST_ORIGIN },
          identity: { issuer: vars.OIDC_ISSUER ?? "", subject: "alice" },
          expiresAtSeconds: Date.now() / 1_000 + 60,
        },
        credential: async () =>
          tokens && { kind: "upstream-token" as const, accessToken: tokens.accessToken },
        endRefusedGrant: async () => true,
        ...{ onExchange: () => {}, binding: () => undefined, linked: undefined },
      };
      const client = createUpstreams(config).clientsFor(caller, AbortSignal.timeout(20_000))(api);
      return client.request({ path, answer: z.record(z.string(), z.unknown()) });
    },
  };
}

/** Goes where the authorization server sends the person, who has signed in there, until it sends them back. */
async function callbackFrom(url: URL): Promise<URL> {
  const browser = new ScriptlessBrowser(({ origin }) => origin === TEST_ORIGIN, navigate);
  const arrival = await browser.open(url);
  if (arrival.kind === "left") return arrival.address;
  throw new Error(`${arrival.address.pathname} shows “${arrival.page.text.slice(0, 200)}”`);
}

const redirectSchema = z.object({ redirect: z.literal(true), url: z.string() });

/** better-auth takes a request of Node.js for one of a script, and tells it in JSON where to go. */
const navigate: typeof fetch = async (input, init) => {
  const response = await fetch(input, init);
  if (!response.headers.get("content-type")?.startsWith("application/json")) return response;
  const told = redirectSchema.safeParse(await response.clone().json()).data;
  if (told === undefined) return response;
  const headers = new Headers({ location: told.url });
  for (const cookie of response.headers.getSetCookie()) headers.append("set-cookie", cookie);
  return new Response(null, { status: 302, headers });
};

const flow = () => ({
  redirectUri,
  state: crypto.randomUUID(),
  codeVerifier: crypto.randomUUID() + crypto.randomUUID(),
  nonce: crypto.randomUUID(),
});

describe.each([
  ["better-auth", startBetterAuth, false],
  ["Glewlwyd", startGlewlwyd, true],
] as const)("%s", (name, start, isService) => {
  let authority: Authority;
  beforeAll(async () => {
    authority = await start(redirectUri);
  });
  afterAll(() => authority?.stop());

  it("signs a person in for an API, and renews their token", async () => {
    const access = { by: "sign-in", identityProvider: "oidc" } as const;
    const api = defineApi({ name: "me", variables: "ME", access });
    const { vars, scopes, userInfo } = authority;
    const [base, path] = userInfo;
    const { provider, call } = configured(api, { ...vars, OIDC_SCOPES: scopes, ME_URL: base });
    const signIn = { ...flow(), scopes: [] };
    const callback = await callbackFrom(await provider.authorizationUrl(signIn));
    const { identity, upstream } = await provider.identify(callback, signIn);
    if (upstream === undefined) throw new Error("No tokens");
    expect(await call([path], upstream)).toMatchObject({ sub: identity.subject });
    const renewed = await provider.refresh?.(upstream);
    if (renewed === undefined) throw new Error("Nothing renewed");
    expect(renewed.accessToken).not.toBe(upstream.accessToken);
    expect(await call([path], renewed)).toMatchObject({ sub: identity.subject });
  });

  // better-auth publishes its metadata where no issuer leads.
  it.runIf(isService)(
    "is connected as a service, whose tokens are renewed, and revoked where it can",
    async () => {
      const { vars, scopes, userInfo } = authority;
      const [base, path] = userInfo;
      const service = defineService({
        displayName: name,
        issuer: "https://set.below",
        scopes: scopes.split(" ").map((scope) => ({ name: scope, description: scope })),
      });
      const access = { by: "connection", service } as const;
      const api = defineApi({ name: "me", variables: "ME", access });
      const { upstream } = configured(api, {
        ...vars,
        ME_URL: base,
        ME_ISSUER: vars.OIDC_ISSUER ?? "",
        ME_CLIENT_ID: vars.OIDC_CLIENT_ID ?? "",
        ME_CLIENT_SECRET: vars.OIDC_CLIENT_SECRET ?? "",
      });
      const connection = connectionOf(upstream);
      if (connection === undefined) throw new Error("No connection");
      const going = flow();
      const callback = await callbackFrom(await connectUrl(connection, going));
      const tokens = await connectedTokens(connection, callback, going);
      const at = `${base}/${path}`;
      const asked = (token: string) =>
        fetch(at, { headers: { authorization: `Bearer ${token}` } }).then(({ status }) => status);
      expect(await asked(tokens.accessToken)).toBe(200);
      const { refreshToken = "" } = tokens;
      const renewed = await renewedTokens(connection, { ...tokens, refreshToken });
      if (renewed === "ended") throw new Error("It ended");
      expect(await asked(renewed.accessToken)).toBe(200);
      expect(await revokeTokens(connection, renewed)).toBe(true);
      const last = { ...renewed, refreshToken: renewed.refreshToken ?? "" };
      // It answers 400 without a word: that may be anything, and so it ends nothing by itself.
      await expect(renewedTokens(connection, last)).rejects.toThrow("refused");
    },
  );
});

describe("Glewlwyd, for this server itself", () => {
  const api = defineApi({
    name: "machine",
    variables: "MACHINE",
    access: { by: "client-credentials" },
  });

  it("gives a token, and no other client one", async () => {
    const { vars, stop } = await startGlewlwyd(redirectUri);
    const { OIDC_ISSUER: issuer = "", OIDC_CLIENT_ID = "", OIDC_CLIENT_SECRET = "" } = vars;
    const tokenApi = await startTokenApi(issuer, `${issuer}/jwks`);
    onTestFinished(async () => {
      await Promise.all([stop(), tokenApi.stop()]);
    });
    const machine = {
      ...vars,
      MACHINE_URL: tokenApi.origin,
      MACHINE_TOKEN_ISSUER: issuer,
      MACHINE_CLIENT_ID: OIDC_CLIENT_ID,
      MACHINE_CLIENT_SECRET: OIDC_CLIENT_SECRET,
      MACHINE_SCOPES: "machine",
      // It takes no resource.
      MACHINE_AUDIENCE: "machine",
    };
    expect(await configured(api, machine).call(["me"])).toMatchObject({ scope: "machine" });
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    const wrong = configured(api, { ...machine, MACHINE_CLIENT_SECRET: "another" });
    await expect(wrong.call(["me"])).rejects.toThrow();
    expect(log).toHaveBeenCalledWith(
      expect.objectContaining({ event: "token_exchange_failed", api: "machine" }),
    );
  });
});
