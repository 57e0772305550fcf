import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { ConfigError } from "../../src/engine/config";
import { ordersApi } from "../fixture/orders";
import { configOf } from "../worker/server.ts";

const common = { SESSION_SECRET: "x".repeat(32), AS_ISSUER: "https://as.example" };
const jwt = { ...common, AUTH_MODE: "jwt" };
const introspection = { ...common, AUTH_MODE: "introspection" };
const secret = { AS_CLIENT_ID: "gatehouse", AS_CLIENT_SECRET: "hunter2" };
const api = { UPSTREAM_API_URL: "https://api.example/v1/" };
const key = (modulusLength: number) =>
  generateKeyPairSync("rsa", {
    modulusLength,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  }).privateKey;

function problems(env: Record<string, string>): readonly string[] {
  try {
    configOf(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe("AUTH_MODE", () => {
  it("jwt needs an issuer and nothing else", () => {
    expect(configOf(jwt).authorization).toEqual({
      mode: "jwt",
      allowedPeople: undefined,
      groupsClaim: "groups",
      emailClaim: undefined,
      claims: [],
      clientTokens: true,
      issuers: ["https://as.example"],
      profile: "strict",
      client: undefined,
      audience: undefined,
      requiredScopes: [],
    });
    expect(problems({ ...jwt, AS_ISSUER: "" })).toEqual([
      expect.stringContaining("AS_ISSUER is missing"),
    ]);
    expect(problems({ ...jwt, AS_ISSUER: "http://as.example" }).join()).toContain("https://");
    expect(problems({ ...jwt, AS_ISSUER: "," })).toHaveLength(1);
  });

  it("jwt takes several issuers, unless a credential belongs to one", () => {
    const several = { ...jwt, AS_ISSUER: "https://a.example, https://b.example" };
    expect(configOf(several).authorization).toMatchObject({
      issuers: ["https://a.example", "https://b.example"],
    });
    expect(problems({ ...several, ...secret })).toEqual([
      expect.stringContaining("AS_ISSUER names several servers"),
    ]);
  });

  it.each<[string, Record<string, string>, string[]]>([
    ["an address", { ALLOWED_PEOPLE: "alice@example.com" }, ["ALLOWED_PEOPLE names addresses"]],
    ["a domain", { ALLOWED_PEOPLE: "@example.com" }, ["ALLOWED_PEOPLE names addresses"]],
    ["a group", { ALLOWED_PEOPLE: "group:eng" }, ["ALLOWED_PEOPLE names addresses or groups"]],
    ["an administrator's address", { ADMINS: "alice@example.com" }, ["ADMINS names addresses"]],
    ["a user id", { ALLOWED_PEOPLE: "u".repeat(32), ADMINS: "u".repeat(32) }, []],
  ])("%s of several issuers is refused, unless it can be only one's", (_name, vars, expected) => {
    const several = { ...jwt, AS_ISSUER: "https://a.example, https://b.example" };
    expect(problems({ ...several, ...vars })).toEqual(
      expected.map((text) => expect.stringContaining(text)),
    );
    expect(problems({ ...jwt, ...vars })).toEqual([]);
  });

  it("asks nobody for offline_access, which is no permission", () => {
    expect(problems({ ...jwt, REQUIRED_SCOPES: "mcp:tools offline_access" })).toEqual([
      expect.stringContaining("REQUIRED_SCOPES has offline_access"),
    ]);
  });

  it("introspection needs one issuer and a credential", () => {
    expect(problems(introspection)).toEqual([expect.stringContaining("AS_CLIENT_ID is missing")]);
    expect(configOf({ ...introspection, ...secret }).authorization).toMatchObject({
      cacheSeconds: 0,
      endpoint: undefined,
    });
    const two = { AS_ISSUER: "https://a.example,https://b.example" };
    expect(problems({ ...introspection, ...secret, ...two }).join()).toContain("one server");
    const forLong = { ...introspection, ...secret, INTROSPECTION_CACHE_SECONDS: "3600" };
    expect(problems(forLong).join()).toContain("INTROSPECTION_CACHE_SECONDS must be at most 300");
  });

  it("does not ask for what only another mode needs", () => {
    expect(problems({ ...jwt, IDP: "saml" })).toEqual([]);
    expect(problems({ ...jwt, AUTH_MODE: "ldap" })).toEqual([
      'AUTH_MODE must be "provider", "jwt" or "introspection"',
    ]);
  });
});

describe("the credential is found by what is there", () => {
  it.each<[string, Record<string, string>, string[]]>([
    ["an id alone", { AS_CLIENT_ID: "a" }, ["AS_CLIENT_SECRET or AS_PRIVATE_KEY is missing"]],
    ["a secret alone", { AS_CLIENT_SECRET: "hunter2" }, ["AS_CLIENT_ID is missing"]],
    ["a key alone", { AS_PRIVATE_KEY: key(2_048) }, ["AS_CLIENT_ID is missing"]],
    ["both", { ...secret, AS_PRIVATE_KEY: key(2_048) }, ["are both set"]],
    [
      "the next key alone",
      { ...secret, AS_PRIVATE_KEY_NEXT: key(2_048) },
      ["AS_PRIVATE_KEY is missing"],
    ],
    [
      "a way to send no secret",
      { AS_CLIENT_ID: "a", AS_PRIVATE_KEY: key(2_048), AS_CLIENT_AUTH: "client_secret_post" },
      ["AS_CLIENT_AUTH says how AS_CLIENT_SECRET is sent"],
    ],
    [
      "nothing that is a key",
      { AS_CLIENT_ID: "a", AS_PRIVATE_KEY: "hunter2" },
      ["AS_PRIVATE_KEY is no private key"],
    ],
    [
      "a short key",
      { AS_CLIENT_ID: "a", AS_PRIVATE_KEY: key(1_024) },
      ["AS_PRIVATE_KEY is no private key"],
    ],
  ])("%s is refused", (_name, vars, expected) => {
    const found = problems({ ...jwt, ...vars });
    expect(found).toEqual(expected.map((text) => expect.stringContaining(text)));
    expect(found.join()).not.toContain("hunter2");
  });

  it("a key of any form is a key", () => {
    const literal = key(2_048).replaceAll("\n", "\\n");
    const { authorization } = configOf({
      ...introspection,
      AS_CLIENT_ID: "a",
      AS_PRIVATE_KEY: literal,
    });
    expect(authorization).toMatchObject({ client: { kind: "key", signingKey: { kty: "RSA" } } });
  });
});

describe("UPSTREAM_API_URL", () => {
  it("is known to the authorization server by itself, by another URL, or by a name", () => {
    expect(configOf({ ...jwt, ...secret, ...api }).apis.get(ordersApi)).toEqual({
      name: "orders",
      credential: { by: "exchange" },
      displayName: "api.example",
      url: "https://api.example/v1",
      resource: "https://api.example/v1/",
      audience: undefined,
      scopes: [],
    });
    const named = { ...jwt, ...secret, ...api, UPSTREAM_API_AUDIENCE: "orders" };
    expect(configOf(named).apis.get(ordersApi)).toMatchObject({
      resource: undefined,
      audience: "orders",
    });
  });

  it("needs a way to exchange tokens for it", () => {
    const own = { SESSION_SECRET: common.SESSION_SECRET, OIDC_ISSUER: "https://idp.example" };
    for (const env of [{ ...jwt }, { ...own, OIDC_CLIENT_ID: "gatehouse" }]) {
      expect(problems({ ...env, ...api })).toEqual([
        expect.stringContaining("UPSTREAM_API_URL needs tokens to be exchanged"),
      ]);
    }
  });
});
