import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { signIn } from "../../../../../dev/browser/headless-browser.ts";
import { ScriptlessBrowser } from "../../../../../dev/browser/scriptless-browser.ts";
import type { PersonId } from "../../../../../dev/local-servers/people.ts";
import {
  authorizationUrl,
  authorize,
  connect,
  register,
} from "../../../../../test/worker/as-client.ts";
import { gatehouseWith } from "../../../../../test/worker/gatehouse-with.ts";
import { Session } from "../../../../../test/worker/mcp-client.ts";
import { TEST_ORIGIN } from "../../../../../test/worker/origin.ts";
import { createAuthorizationServer } from "../../../../engine/grants/authorization-server";
import { tokenPropsSchema } from "../../../../engine/identity/principal";
import { protectedResources } from "../../../../engine/identity/protected-resources";
import { userIdOf } from "../../../../engine/identity/user-id";
import {
  IdentityProviderError,
  UpstreamGrantEnded,
} from "../../../../engine/providers/identity-provider";
import { servicesOf } from "../../../../engine/services";
import { users } from "../../local-api/accounts.ts";
import { cloudflare, connectAs, standIn } from "./person.ts";
import { configOf, server as definition } from "./server.ts";

const config = configOf(env);

function providerWith(vars: Record<string, string> = {}) {
  const { authorization } = configOf({ ...env, ...vars });
  if (authorization.mode !== "provider" || authorization.identityProvider.name !== "cloudflare") {
    throw new TypeError("The tests of this project sign in with Cloudflare");
  }
  return authorization.identityProvider;
}

/** Signs in at the stand-in, and comes back to the provider with what it answered. */
async function identify(person: PersonId) {
  const provider = providerWith();
  const redirectUri = `${TEST_ORIGIN}/callback`;
  const step = {
    redirectUri,
    state: "a-state-of-its-own",
    codeVerifier: "v".repeat(43),
    nonce: "",
    scopes: ["accounts:read"],
  };
  const browser = new ScriptlessBrowser(({ origin }) => origin === TEST_ORIGIN);
  const shown = await browser.open(await provider.authorizationUrl(step));
  if (shown.kind === "left") throw new Error(`Sent away to ${shown.address}`);
  const [form] = shown.page.forms;
  if (form === undefined) throw new Error("There is no form");
  const press = { name: "person", value: person };
  const { address } = await browser.submit(form, { press }, shown.address);
  return provider.identify(address, step);
}

/** What GET /user says to a token. */
async function statusOf(accessToken: string): Promise<number> {
  const headers = { authorization: `Bearer ${accessToken}` };
  return (await fetch(`${cloudflare().apiUrl}/user`, { headers })).status;
}

describe("who signs in with Cloudflare", () => {
  it("is known by the user id of Cloudflare, and by no e-mail address", async () => {
    const session = await Session.open(
      (await connect({ change: { scope: "account:read" } })).access_token,
    );
    const issuer = cloudflare().origin;
    expect(await session.use("whoami")).toMatchObject({
      userId: await userIdOf({ issuer, subject: users.alice.id }),
      name: "Alice Example",
      identityProvider: issuer,
    });
    expect(await session.use("whoami")).not.toHaveProperty("email");
  });

  it("brings tokens of the API, with what they allow and when they end", async () => {
    const { identity, upstream } = await identify("bob");
    expect(identity.subject).toBe(users.bob.id);
    expect(upstream).toMatchObject({
      accessToken: expect.any(String),
      refreshToken: expect.any(String),
      scopes: [
        ...["user:read", "offline_access", "account:read", "workers:read"],
        "workers_observability:read",
      ],
    });
    const leftSeconds = (upstream?.expiresAtSeconds ?? 0) - Date.now() / 1_000;
    expect(leftSeconds).toBeGreaterThan(3_580);
    expect(leftSeconds).toBeLessThanOrEqual(3_600);
    expect(await statusOf(upstream?.accessToken ?? "")).toBe(200);
  });

  it("can say no there, and the client is told", async () => {
    const { callback } = await authorize({ decision: "cancel-at-provider" });
    expect(callback.searchParams.get("error")).toBe("access_denied");
  });

  it("is not signed in while the API is down", async () => {
    const { url } = await authorizationUrl(await register());
    const down = gatehouseWith({ CLOUDFLARE_API_URL: "http://localhost:9/client/v4" }, definition);
    const callback = await signIn(url, { person: "alice", fetch: down });
    expect(callback.searchParams.get("code")).toBeNull();
    expect(callback.searchParams.get("error")).toBe("temporarily_unavailable");
  });

  it.each([
    ["the client secret is wrong", { CLOUDFLARE_CLIENT_SECRET: "wrong" }],
    ["the API answers nonsense", { CLOUDFLARE_API_URL: `${cloudflare().apiUrl}/accounts` }],
  ])("is not signed in when %s, which is the operator's to change", async (_name, vars) => {
    const { url } = await authorizationUrl(await register());
    const wrong = gatehouseWith(vars, definition);
    const page = await signIn(url, { person: "alice", fetch: wrong }).catch(
      (error: Error) => error,
    );
    expect(String(page)).toContain("answered 500 with “Signing in does not work on this server");
  });
});

describe("Cloudflare's tokens", () => {
  it("are with the access token as far as tools need them, and nowhere in the clear", async () => {
    const { access_token } = await connectAs("alice");
    const { authorization } = config;
    if (authorization.mode !== "provider") throw new TypeError("The mode must be provider");
    const server = createAuthorizationServer(
      authorization,
      servicesOf(definition, config).catalogue,
      TEST_ORIGIN,
      protectedResources(TEST_ORIGIN),
      () => false,
    );
    const unwrapped = await server.getOAuthApi(env).unwrapToken<unknown>(access_token);
    const props = unwrapped?.grant.props;
    const accessToken = tokenPropsSchema.parse(props).upstream?.accessToken ?? "";
    expect(await statusOf(accessToken)).toBe(200);
    expect(JSON.stringify(props)).not.toContain("refreshToken");

    const { keys } = await env.OAUTH_KV.list();
    const stored = await Promise.all(
      keys.map(async ({ name }) => name + (await env.OAUTH_KV.get(name))),
    );
    expect(stored.length).toBeGreaterThan(0);
    expect(stored.join("\n")).not.toContain(accessToken);
  });

  it("are renewed, once each", async () => {
    const { refresh } = providerWith();
    const { upstream } = await identify("bob");
    if (upstream === undefined) throw new Error("No tokens");
    const renewed = await refresh?.(upstream);
    expect(renewed?.accessToken).not.toBe(upstream.accessToken);
    expect(renewed?.refreshToken).not.toBe(upstream.refreshToken);
    expect(renewed?.scopes).toEqual(upstream.scopes);
    expect(await statusOf(renewed?.accessToken ?? "")).toBe(200);
    await expect(refresh?.(upstream)).rejects.toThrow(UpstreamGrantEnded);
  });

  it("are over when the person takes the consent back, or gave none for later", async () => {
    const { refresh } = providerWith();
    const { upstream } = await identify("bob");
    if (upstream === undefined) throw new Error("No tokens");
    const { refreshToken: _, ...forNow } = upstream;
    await expect(refresh?.(forNow)).rejects.toThrow(UpstreamGrantEnded);
    await standIn("revoke", { person: "bob" });
    await expect(refresh?.(upstream)).rejects.toThrow(UpstreamGrantEnded);
  });

  it.each([
    ["cannot be reached", { CLOUDFLARE_OAUTH_URL: "http://localhost:9" }],
    ["does not know this server", { CLOUDFLARE_CLIENT_SECRET: "wrong" }],
  ])("may be renewed later when Cloudflare %s", async (_name, vars) => {
    const { upstream } = await identify("bob");
    if (upstream === undefined) throw new Error("No tokens");
    await expect(providerWith(vars).refresh?.(upstream)).rejects.toThrow(IdentityProviderError);
    expect(await statusOf(upstream.accessToken)).toBe(200);
  });
});
