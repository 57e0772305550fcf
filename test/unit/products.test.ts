import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import * as z from "zod";
import { type Api, defineApi, type ExchangeAccess } from "../../src/engine/config";
import { parseConfig } from "../../src/engine/configuration";
import type { UpstreamTokens } from "../../src/engine/identity/upstream-tokens";
import { gitHub } from "../../src/engine/providers/github";
import { openIdConnect } from "../../src/engine/providers/openid-connect";
import { createUpstreams } from "../../src/engine/upstream/upstreams";
import { startGitHub } from "../support/products/github.ts";
import { pageSettings } from "../support/products/page-settings.ts";
import { products } from "../support/products/product.ts";
import { CLIENT, startStandIn } from "../support/products/stand-in.ts";

/** docs/call-your-api.md, "At your provider": its own lines, against servers that behave as each product is documented. */

afterEach(() => {
  vi.restoreAllMocks();
});

const signIn = {
  redirectUri: "https://mcp.test/callback",
  ...{ state: "state", codeVerifier: "v".repeat(43), nonce: "nonce", scopes: [] },
};

type Change = Readonly<Record<string, string | undefined>>;

type Options = { block?: number; change?: Change; access?: Api["access"] };

/**
 * A server that is set up by the lines of the page for an OpenID provider.
 *
 * @param options.block which of the blocks of lines. @param options.change of them; undefined leaves one out.
 */
async function setUp(name: string, options: Options = {}) {
  const product = products.find((candidate) => candidate.name === name);
  const lines = pageSettings(name)[options.block ?? 0];
  if (product === undefined || lines === undefined) throw new Error(`No product ${name}`);
  const { pathname } = new URL(lines.OIDC_ISSUER ?? "");
  const standIn = await startStandIn(product, pathname);
  onTestFinished(standIn.stop);
  return serverAt(
    standIn,
    {
      OIDC_CLIENT_ID: CLIENT.id,
      OIDC_CLIENT_SECRET: CLIENT.secret,
      ...lines,
      OIDC_ISSUER: `${standIn.origin}${pathname}`,
      ...options.change,
    },
    options.access ?? { by: "sign-in", identityProvider: "oidc" },
  );
}

/** A server that is set up by the lines of the page for GitHub. */
async function setUpGitHub(kind: "OAuth app" | "GitHub App", change: Change = {}) {
  const [lines] = pageSettings("GitHub");
  const standIn = await startGitHub(kind);
  onTestFinished(standIn.stop);
  return serverAt(
    standIn,
    {
      IDP: "github",
      GITHUB_CLIENT_ID: CLIENT.id,
      GITHUB_CLIENT_SECRET: CLIENT.secret,
      GITHUB_URL: standIn.origin,
      GITHUB_API_URL: `${standIn.origin}/api`,
      ...lines,
      ...change,
    },
    { by: "sign-in", identityProvider: "github" },
  );
}

/** A server whose API is at the stand-in, wherever the page has it. */
function serverAt(
  standIn: { readonly origin: string; readonly calls: readonly string[] },
  settings: Change,
  access: Api["access"],
) {
  const names = Object.keys(settings).filter((name) => !/^(OIDC|GITHUB)_/.test(name));
  const [prefix = ""] = names.flatMap((name) => /^([A-Z]+)_URL$/.exec(name)?.[1] ?? []);
  const vars: Change = {
    SESSION_SECRET: "only-for-tests-and-long-enough-to-be-taken",
    ...settings,
    [`${prefix}_URL`]: `${standIn.origin}/api`,
  };
  const api = defineApi({ name: "api", variables: prefix, access });
  const declared = { name: "Test", identityProviders: [openIdConnect, gitHub], apis: [api] };

  function configured(more: Change = {}) {
    const set = Object.entries({ ...vars, ...more }).filter(([, value]) => value !== undefined);
    const config = parseConfig(Object.fromEntries(set), declared);
    if (config.authorization.mode !== "provider") throw new TypeError("Another mode");
    return { provider: config.authorization.identityProvider, upstreams: createUpstreams(config) };
  }
  const { provider } = configured();
  const endRefusedGrant = vi.fn(async () => true);

  return {
    standIn,
    provider,
    endRefusedGrant,
    async signIn() {
      const answer = await fetch(await provider.authorizationUrl(signIn), { redirect: "manual" });
      return provider.identify(new URL(answer.headers.get("location") ?? ""), signIn);
    },
    /** Calls the API with what a sign-in brought. @param path another API than the one of the page. */
    call(
      { accessToken, expiresAtSeconds, idToken }: UpstreamTokens,
      path = "/api",
    ): Promise<unknown> {
      const { upstreams } = configured({ [`${prefix}_URL`]: `${standIn.origin}${path}` });
      const caller = {
        principal: {
          ...{ userId: "u1", clientId: "c1", grantId: "g1", clientName: "Client", scopes: [] },
          identity: { issuer: standIn.origin, subject: "alice" },
          ...{ resource: "https://mcp.test/mcp", expiresAtSeconds: Date.now() / 1_000 + 60 },
        },
        credential: async () => ({
          kind: "upstream-token" as const,
          accessToken,
          ...(expiresAtSeconds !== undefined && { expiresAtSeconds }),
          ...(idToken !== undefined && { idToken }),
        }),
        ...{ endRefusedGrant, onExchange: () => {}, binding: () => undefined, linked: undefined },
      };
      const client = upstreams.clientsFor(caller, AbortSignal.timeout(10_000))(api);
      return client.request({ path: ["me"], answer: z.object({ person: z.string() }) });
    },
  };
}

const upstreamOf = ({ upstream }: { upstream?: UpstreamTokens }): UpstreamTokens => {
  if (upstream === undefined) throw new Error("The sign-in brought no tokens");
  return upstream;
};

describe.each(products.map(({ name }) => name))("%s, set up as the page says", (name) => {
  it("signs a person in, and its token is taken by the API, also after a refresh", async () => {
    const server = await setUp(name);
    const { identity, ...brought } = await server.signIn();
    expect(identity).toMatchObject({
      subject: "alice",
      name: expect.stringMatching(/^Alice|^alice/),
    });
    const upstream = upstreamOf(brought);
    expect(await server.call(upstream)).toEqual({ person: "alice" });
    const renewed = await server.provider.refresh?.(upstream);
    if (renewed === undefined) throw new Error("It renews nothing");
    expect(renewed.accessToken).not.toBe(upstream.accessToken);
    expect(await server.call(renewed)).toEqual({ person: "alice" });
    // What renews the next time, whether the product gave another or not.
    expect((await server.provider.refresh?.(renewed))?.refreshToken).toBeDefined();
    expect(server.standIn.calls.every((header) => header.startsWith("Bearer "))).toBe(true);
  });

  it("brings nothing to an API of another audience, which ends nothing and is logged", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    const server = await setUp(name);
    const upstream = upstreamOf(await server.signIn());
    await expect(server.call(upstream, "/other")).rejects.toMatchObject({
      code: "upstream_misconfigured",
    });
    expect(server.endRefusedGrant).not.toHaveBeenCalled();
    const facts = { api: "api", challenge: "Bearer", error: "invalid_token", realm: "api" };
    expect(log.mock.calls).toEqual([[{ event: "upstream_token_not_taken", ...facts }]]);
  });
});

describe("each of its lines counts", () => {
  it.each<[name: string, change: Change]>([
    ["Auth0", { TICKETS_AUDIENCE: undefined }],
    ["Microsoft Entra", { TICKETS_SCOPES: undefined }],
    ["Keycloak", { TICKETS_SCOPES: undefined }],
    ["Google", { CALENDAR_SCOPES: undefined }],
  ])("%s with %j brings a token that is not for the API", async (name, change) => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const server = await setUp(name, { change });
    const upstream = upstreamOf(await server.signIn());
    await expect(server.call(upstream)).rejects.toMatchObject({ code: "upstream_misconfigured" });
  });

  it.each<[name: string, change: Change]>([
    ["Auth0", { OIDC_SCOPES: undefined }],
    ["Okta", { OIDC_SCOPES: undefined }],
    ["Microsoft Entra", { OIDC_SCOPES: undefined }],
    ["Google", { OIDC_AUTHORIZATION_PARAMETERS: undefined }],
  ])("%s with %j brings nothing that renews, which is logged", async (name, change) => {
    const log = vi.spyOn(console, "warn").mockImplementation(() => {});
    const server = await setUp(name, { change });
    expect(upstreamOf(await server.signIn()).refreshToken).toBeUndefined();
    const line = { event: "upstream_no_refresh_token", lifetimeSeconds: 3_600 };
    expect(log).toHaveBeenCalledWith(line);
  });

  it.each<[name: string, change: Change]>([
    ["Auth0", { TICKETS_AUDIENCE: "https://unknown.example" }],
    ["Okta", { TICKETS_SCOPES: "tickets.delete" }],
    ["Microsoft Entra", { TICKETS_RESOURCE: "https://api.example.com" }],
    ["Microsoft Entra", { OIDC_SCOPES: "openid https://graph.microsoft.com/User.Read" }],
    ["Keycloak", { TICKETS_SCOPES: "orders" }],
    ["Google", { OIDC_SCOPES: "openid profile email offline_access" }],
  ])("%s refuses a sign-in with %j", async (name, change) => {
    const server = await setUp(name, { change });
    await expect(server.signIn()).rejects.toThrow();
  });
});

describe("to exchange", () => {
  const exchange: ExchangeAccess = { by: "exchange" };
  const onBehalfOf: ExchangeAccess = { by: "exchange", grant: "on-behalf-of" };

  it.each([
    ["Microsoft Entra", onBehalfOf],
    ["Keycloak", exchange],
  ])("%s takes the lines of the page", async (name, access) => {
    const server = await setUp(name, { block: 1, access });
    const upstream = upstreamOf(await server.signIn());
    expect(await server.call(upstream)).toEqual({ person: "alice" });
    const [header = ""] = server.standIn.calls;
    expect(header).not.toContain(upstream.accessToken);
  });

  it.each<[name: string, access: ExchangeAccess, change: Change, code: string]>([
    [
      "Microsoft Entra",
      onBehalfOf,
      { OIDC_SCOPES: "openid api://another/access offline_access" },
      "invalid_grant",
    ],
    ["Keycloak", exchange, { TICKETS_AUDIENCE: undefined }, "invalid_request"],
    ["Keycloak", { ...exchange, subject: "id-token" }, {}, "invalid_request"],
  ])("%s refuses %j with %j", async (name, access, change, code) => {
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    const server = await setUp(name, { block: 1, access, change });
    const upstream = upstreamOf(await server.signIn());
    await expect(server.call(upstream)).rejects.toThrow();
    const line = { event: "token_exchange_failed", api: "api", error: code };
    expect(log).toHaveBeenCalledWith(expect.objectContaining(line));
    expect(server.standIn.calls).toEqual([]);
  });
});

describe("GitHub, set up as the page says", () => {
  it("as an OAuth app brings a token that does not end, with the scopes", async () => {
    const server = await setUpGitHub("OAuth app");
    const { identity, ...brought } = await server.signIn();
    expect(identity).toMatchObject({ subject: "1", email: "alice@example.com" });
    const upstream = upstreamOf(brought);
    expect(upstream.expiresAtSeconds).toBeUndefined();
    expect(await server.call(upstream)).toEqual({ person: "alice" });
  });

  it("as an OAuth app without the scope brings what the API does not allow", async () => {
    const server = await setUpGitHub("OAuth app", { CODE_SCOPES: undefined });
    const upstream = upstreamOf(await server.signIn());
    await expect(server.call(upstream)).rejects.toMatchObject({ code: "upstream_forbidden" });
  });

  it("as a GitHub App brings one that is renewed, by a refresh token that works once", async () => {
    const server = await setUpGitHub("GitHub App", { CODE_SCOPES: undefined });
    const upstream = upstreamOf(await server.signIn());
    expect(await server.call(upstream)).toEqual({ person: "alice" });
    const renewed = await server.provider.refresh?.(upstream);
    if (renewed === undefined) throw new Error("It renews nothing");
    expect(await server.call(renewed)).toEqual({ person: "alice" });
    expect(renewed.refreshToken).not.toBe(upstream.refreshToken);
    await expect(server.provider.refresh?.(upstream)).rejects.toThrow("bad_refresh_token");
  });
});
