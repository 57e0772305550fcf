import { env } from "cloudflare:workers";
import { describe, expect, inject, it } from "vitest";
import { defineApi } from "../../src/engine/config/define-api";
import { parseConfig } from "../../src/engine/configuration";
import { gitHub } from "../../src/engine/providers/github";
import { UpstreamGrantEnded } from "../../src/engine/providers/identity-provider";
import { defineServer } from "../../src/engine/server";
import { json } from "../support/scripted-authority.ts";
import { requestsTo, script } from "./scripted.ts";

const TOKEN = "/login/oauth/access_token";

const api = defineApi({
  name: "code",
  variables: "CODE_API",
  access: { by: "sign-in", identityProvider: "github" },
  scopes: { "code:write": ["repo"] },
});
const server = defineServer({
  name: "Code",
  identityProviders: [gitHub],
  apis: [api],
  toolsets: [],
});

function providerWith(vars: Record<string, string> = {}) {
  const { authorization } = parseConfig(
    {
      ...env,
      IDP: "github",
      GITHUB_URL: inject("scriptedOrigin"),
      GITHUB_API_URL: inject("scriptedOrigin"),
      GITHUB_CLIENT_ID: "gatehouse",
      GITHUB_CLIENT_SECRET: "github-secret",
      CODE_API_URL: inject("scriptedOrigin"),
      CODE_API_SCOPES: "read:org",
      ...vars,
    },
    server,
  );
  if (authorization.mode !== "provider") throw new TypeError("Another mode");
  return authorization.identityProvider;
}

const signIn = {
  redirectUri: "https://mcp.test/callback",
  ...{ state: "state", codeVerifier: "v".repeat(43), nonce: "" },
};

/** Comes back from GitHub, which answers with these tokens. */
async function identify(tokens: Record<string, unknown>, vars?: Record<string, string>) {
  await script(TOKEN, json({ token_type: "bearer", ...tokens }));
  await script("/user", json({ id: 1, login: "octo", name: null }));
  await script("/user/emails", json([]));
  const callback = new URL("https://mcp.test/callback?code=code&state=state");
  return providerWith(vars).identify(callback, { ...signIn, scopes: ["code:read"] });
}

const app = { access_token: "ghu_1", expires_in: 28_800, refresh_token: "ghr_1", scope: "" };

describe("GitHub's tokens, for an API that takes them", () => {
  it("are asked for with what the person has ticked, and without a client with nothing", async () => {
    const scopeFor = async (scopes?: string[]) =>
      (
        await providerWith().authorizationUrl({ ...signIn, ...(scopes && { scopes }) })
      ).searchParams.get("scope");
    expect(await scopeFor(["code:write"])).toBe("read:user user:email read:org repo");
    expect(await scopeFor([])).toBe("read:user user:email read:org");
    expect(await scopeFor()).toBe("read:user user:email");
  });

  it("of an OAuth app do not end", async () => {
    const { upstream } = await identify({ access_token: "gho_1", scope: "read:user,read:org" });
    expect(upstream).toEqual({
      accessToken: "gho_1",
      scopes: ["read:user", "read:org"],
      takenBy: inject("scriptedOrigin"),
    });
  });

  it("of a GitHub App end, and are renewed", async () => {
    const { upstream } = await identify(app);
    expect(upstream).toMatchObject({ refreshToken: "ghr_1", expiresAtSeconds: expect.any(Number) });
    if (upstream === undefined) throw new Error("No tokens");
    const next = { ...app, access_token: "ghu_2", refresh_token: "ghr_2", token_type: "bearer" };
    await script(TOKEN, json(next));
    expect(await providerWith().refresh?.(upstream)).toMatchObject({
      accessToken: "ghu_2",
      refreshToken: "ghr_2",
    });
    const body = new URLSearchParams((await requestsTo(TOKEN)).at(-1)?.body);
    expect(Object.fromEntries(body)).toEqual({
      grant_type: "refresh_token",
      ...{ refresh_token: "ghr_1", client_id: "gatehouse", client_secret: "github-secret" },
    });
  });

  it("are over when GitHub says so, with its own code and status 200", async () => {
    const { upstream } = await identify(app);
    if (upstream === undefined) throw new Error("No tokens");
    await script(TOKEN, json({ error: "bad_refresh_token" }));
    await expect(providerWith().refresh?.(upstream)).rejects.toThrow(UpstreamGrantEnded);
  });

  it("are not kept where no API takes them", async () => {
    expect(await identify(app, { CODE_API_URL: "" })).not.toHaveProperty("upstream");
  });
});
