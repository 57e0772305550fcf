import { describe, expect, it } from "vitest";
import { ConfigError } from "../../src/engine/config";
import type { Config } from "../../src/engine/configuration";
import { configOf } from "../worker/server.ts";

const valid = {
  SESSION_SECRET: "x".repeat(32),
  OIDC_ISSUER: "https://idp.example/realms/main",
  OIDC_CLIENT_ID: "gatehouse",
};

/** The problems that the configuration is refused for. */
function problems(change: Record<string, string | undefined>): readonly string[] {
  try {
    configOf({ ...valid, ...change });
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
  }
  return [];
}

/** Where people are sent to sign in. */
async function addressAt(authorization: Config["authorization"]): Promise<string> {
  if (authorization.mode !== "provider") throw new TypeError("Nobody signs in here");
  const signIn = {
    redirectUri: "https://mcp.example/callback",
    state: "s",
    codeVerifier: "v",
    nonce: "n",
  };
  return (await authorization.identityProvider.authorizationUrl(signIn)).href;
}

describe("parseConfig", () => {
  it("has a default for everything that can have one", () => {
    expect(configOf({ ...valid, PUBLIC_URL: "", ADMINS: "", OIDC_CLIENT_SECRET: "" })).toEqual({
      serverName: "Gatehouse",
      publicUrl: undefined,
      sessionSecret: valid.SESSION_SECRET,
      admins: new Set(),
      allowedOrigins: new Set(),
      sessionIdleTtlSeconds: 86_400,
      logStacks: false,
      audit: { readOnlyCalls: { share: 1, failures: true }, retentionDays: 90 },
      authorization: {
        mode: "provider",
        identityProvider: {
          name: "oidc",
          displayName: "idp.example",
          authorizationUrl: expect.any(Function),
          identify: expect.any(Function),
        },
        allowedPeople: undefined,
        allowedClients: undefined,
        dynamicClientRegistration: true,
        clientIdMetadataDocuments: undefined,
        privateUseRedirectUris: false,
        accessTokenTtlSeconds: 3_600,
        grantIdleTtlSeconds: 2_592_000,
        revocationDelaySeconds: 60,
      },
      apis: new Map(),
    });
  });

  it("reads lists, and addresses in any case", () => {
    const config = configOf({
      ...valid,
      ADMINS: " Alice@Example.com, u_Ab-1 ,",
      ALLOWED_ORIGINS: "https://a.example,http://localhost:6274",
    });
    expect([...config.admins]).toEqual(["alice@example.com", "u_Ab-1"]);
    expect([...config.allowedOrigins]).toEqual(["https://a.example", "http://localhost:6274"]);
  });

  it("names every problem at once, with the variable and what to do", () => {
    const found = problems({
      SESSION_SECRET: "short",
      OIDC_ISSUER: undefined,
      OIDC_CLIENT_ID: "",
      PUBLIC_URL: "https://mcp.example/",
      DYNAMIC_CLIENT_REGISTRATION: "yes",
      ACCESS_TOKEN_TTL_SECONDS: "5",
    });
    expect(found).toHaveLength(6);
    expect(found.join("\n")).toMatch(/SESSION_SECRET must be at least 32 characters/);
    expect(found.join("\n")).toMatch(/OIDC_ISSUER is missing: the issuer URL/);
    expect(found.join("\n")).toMatch(/OIDC_CLIENT_ID is missing/);
    expect(found.join("\n")).toMatch(/PUBLIC_URL must be an origin/);
    expect(found.join("\n")).toMatch(/DYNAMIC_CLIENT_REGISTRATION must be "on" or "off"/);
    expect(found.join("\n")).toMatch(/ACCESS_TOKEN_TTL_SECONDS must be at least 60/);
  });

  it("takes a share of calls for the audit, and days to keep it", () => {
    const auditOf = (change: Record<string, string>) => configOf({ ...valid, ...change }).audit;
    expect(auditOf({ AUDIT_TOOL_CALLS: "12.5%", AUDIT_RETENTION_DAYS: "7" })).toEqual({
      readOnlyCalls: { share: 0.125, failures: true },
      retentionDays: 7,
    });
    const writes = { share: 0, failures: false };
    expect(auditOf({ AUDIT_TOOL_CALLS: "writes" }).readOnlyCalls).toEqual(writes);
    for (const AUDIT_TOOL_CALLS of ["none", "0.1", "10", "200%", "-5%", "%", "all,writes"]) {
      expect(problems({ AUDIT_TOOL_CALLS }).join()).toMatch(/AUDIT_TOOL_CALLS must be "all"/);
    }
    for (const AUDIT_RETENTION_DAYS of ["0", "1.5", "ninety", "100000"]) {
      expect(problems({ AUDIT_RETENTION_DAYS })).toHaveLength(1);
    }
  });

  it("takes no longer delay of revocations than it can keep", () => {
    for (const REVOCATION_DELAY_SECONDS of ["0", "1", "60"]) {
      expect(problems({ REVOCATION_DELAY_SECONDS })).toEqual([]);
    }
    for (const REVOCATION_DELAY_SECONDS of ["-1", "61", "1.5", "never"]) {
      expect(problems({ REVOCATION_DELAY_SECONDS })).toHaveLength(1);
    }
  });

  it("never repeats a value, which may be a secret", () => {
    const message = problems({ SESSION_SECRET: "hunter2", PUBLIC_URL: "hunter2" }).join();
    expect(message).not.toContain("hunter2");
  });

  it.each([
    ["http://idp.example", /must start with https/],
    ["idp.example", /must be a URL/],
    ["ftp://idp.example", /must start with https/],
  ])("refuses the issuer %s", (issuer, problem) => {
    expect(problems({ OIDC_ISSUER: issuer }).join()).toMatch(problem);
  });

  it("asks for GitHub's variables only when GitHub signs people in", () => {
    expect(problems({ IDP: "github" })).toEqual([
      expect.stringContaining("GITHUB_CLIENT_ID is missing"),
      expect.stringContaining("GITHUB_CLIENT_SECRET is missing"),
    ]);
    expect(problems({ IDP: "saml" })).toEqual(['IDP must be "oidc", "github" or "cloudflare"']);
  });

  it("accepts http for a provider on this machine only", () => {
    expect(problems({ OIDC_ISSUER: "http://localhost:8789" })).toEqual([]);
    expect(problems({ OIDC_ISSUER: "http://127.0.0.1:8789" })).toEqual([]);
    expect(problems({ OIDC_ISSUER: "http://localhost.evil.example" })).not.toEqual([]);
  });

  it("reads Cloudflare's variables, and needs a client for it", async () => {
    expect(problems({ IDP: "cloudflare" })).toEqual([
      "CLOUDFLARE_CLIENT_ID is missing: the client id of your Cloudflare OAuth client",
      "CLOUDFLARE_CLIENT_SECRET is missing: the client secret of your Cloudflare OAuth client",
    ]);
    const client = { CLOUDFLARE_CLIENT_ID: "gatehouse", CLOUDFLARE_CLIENT_SECRET: "secret" };
    const { authorization } = configOf({ ...valid, IDP: "cloudflare", ...client });
    expect(authorization).toMatchObject({
      identityProvider: {
        name: "cloudflare",
        displayName: "Cloudflare",
        apiUrl: "https://api.cloudflare.com/client/v4",
      },
    });
    expect(await addressAt(authorization)).toContain("https://dash.cloudflare.com/oauth2/auth?");
    const insecure = { CLOUDFLARE_API_URL: "http://api.example", CLOUDFLARE_OAUTH_URL: "x/" };
    expect(problems({ IDP: "cloudflare", ...client, ...insecure })).toHaveLength(2);
  });
});
