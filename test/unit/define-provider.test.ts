import { describe, expect, it } from "vitest";
import * as z from "zod";
import { ConfigError } from "../../src/engine/config";
import { type Declared, parseConfig } from "../../src/engine/configuration";
import { defineIdentityProvider } from "../../src/engine/providers/define-provider";
import { server } from "../fixture/server";

/** All that a server needs to know of another provider. */
const acme = defineIdentityProvider({
  name: "acme",
  variables: z.object({
    ACME_TENANT: z.string("is missing: your tenant at Acme"),
    ACME_SECRET: z.string().default("none"),
  }),
  secrets: [{ name: "ACME_SECRET", ask: "must" }],
  create: ({ ACME_TENANT: tenant }) => ({
    displayName: `Acme (${tenant})`,
    authorizationUrl: async () => new URL(`https://${tenant}.acme.example/authorize`),
    identify: async () => ({ identity: { issuer: "https://acme.example", subject: "1" } }),
  }),
});

const base = { SESSION_SECRET: "x".repeat(32), IDP: "acme" };
const declared: Declared = {
  name: "Acme",
  identityProviders: [...(server.identityProviders ?? []), acme],
};

function problems(env: object, server = declared): readonly string[] {
  try {
    parseConfig({ ...base, ...env }, server);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
  }
  return [];
}

describe("an identity provider of one's own", () => {
  it("is one object: it is chosen, configured and named by what that says", () => {
    const { authorization } = parseConfig({ ...base, ACME_TENANT: "blue" }, declared);
    expect(authorization).toMatchObject({
      identityProvider: { name: "acme", displayName: "Acme (blue)" },
    });
    expect(acme.variables).toEqual(["ACME_TENANT", "ACME_SECRET"]);
    expect(acme.secrets).toEqual([{ name: "ACME_SECRET", ask: "must" }]);
  });

  it("has its variables asked for, and is in the list of what IDP may be", () => {
    expect(problems({})).toEqual(["ACME_TENANT is missing: your tenant at Acme"]);
    expect(problems({ IDP: "saml" })).toEqual([
      'IDP must be "oidc", "github", "cloudflare" or "acme"',
    ]);
  });

  it("is the only one, and the default, where the server offers no other", () => {
    const only: Declared = { name: "Acme", identityProviders: [acme] };
    expect(problems({ IDP: "oidc" }, only)).toEqual(['IDP must be "acme"']);
    expect(problems({ IDP: "", ACME_TENANT: "blue" }, only)).toEqual([]);
  });

  it("that does not know groups cannot let them in", () => {
    expect(problems({ ACME_TENANT: "blue", ALLOWED_PEOPLE: "group:engineering" })).toEqual([
      "ALLOWED_PEOPLE names a group, and only IDP=oidc tells the groups of people",
    ]);
  });
});

describe("the variables of IDP=oidc", () => {
  const oidc = { IDP: "oidc", OIDC_ISSUER: "https://idp.example", OIDC_CLIENT_ID: "gatehouse" };

  it.each([
    [{ OIDC_CLIENT_AUTH: "private_key_jwt", OIDC_CLIENT_SECRET: "s" }, /OIDC_CLIENT_AUTH must be/],
    [{ OIDC_CLIENT_AUTH: "client_secret_jwt" }, /OIDC_CLIENT_AUTH says how OIDC_CLIENT_SECRET/],
    [{ OIDC_PRIVATE_KEY: "secret" }, /OIDC_PRIVATE_KEY is no private key/],
    [{ OIDC_TRUSTED_EMAIL_DOMAINS: "example.com, *" }, /OIDC_TRUSTED_EMAIL_DOMAINS must be/],
  ])("%j are refused", (env, problem) => {
    expect(problems({ ...oidc, ...env })).toEqual([expect.stringMatching(problem)]);
  });
});
