import { describe, expect, it } from "vitest";
import { externalGatehouse } from "./external-gatehouse.ts";
import { startAuthority } from "./scripted.ts";

/** The status of a call with a token of which the server says this, in either mode. */
async function statusOf(
  AUTH_MODE: string,
  change: Record<string, unknown>,
  vars: Record<string, string> = {},
): Promise<number> {
  const authority = await startAuthority("ES256");
  await authority.introspects({ active: true, ...authority.claims(change) });
  const gatehouse = externalGatehouse({
    AUTH_MODE,
    AS_ISSUER: authority.issuer,
    ...(AUTH_MODE === "jwt"
      ? { TOKEN_PROFILE: "compat" }
      : { AS_CLIENT_ID: "us", AS_CLIENT_SECRET: "secret" }),
    ...vars,
  });
  const response = await gatehouse.call(await authority.token(change, { typ: "JWT" }), "whoami");
  await response.body?.cancel();
  return response.status;
}

const noScope = { scope: undefined };

describe.each(["jwt", "introspection"])("AUTH_MODE=%s", (mode) => {
  it.each<[string, Record<string, unknown>]>([
    ["a refresh token of Ory Hydra", { token_type: "Bearer", token_use: "refresh_token" }],
    ["an ID token of Cognito", { token_use: "id" }],
    ["a refresh token of Keycloak", { typ: "Refresh" }],
    ["an offline token of Keycloak", { typ: "Offline" }],
    ["an ID token of Keycloak", { typ: "ID", token_type: "Bearer" }],
    ["a logout token of Keycloak", { typ: "Logout" }],
    ["a DPoP-bound token of Keycloak", { typ: "DPoP" }],
    ["a refresh token of Glewlwyd", { token_type: "refresh_token" }],
    ["an ID token of Glewlwyd", { token_type: "id_token" }],
    ["a refresh token of Casdoor", { tokenType: "refresh-token" }],
    ["an ID token of ForgeRock", { tokenName: "id_token", tokenType: "JWTToken" }],
    ["an ID token of Curity", { purpose: "id" }],
    ["a refresh token of FusionAuth", { tty: "rt" }],
    ["a type that is no text", { token_use: ["access", "id"] }],
    ["an ID token by its hash", { at_hash: "x" }],
    ["an ID token by its nonce", { nonce: "x" }],
    ["an ID token by its sign-in, without scopes", { ...noScope, auth_time: 1, amr: ["pwd"] }],
    ["a logout token by its events", { ...noScope, events: { "http://x": {} } }],
    ["a security event with scopes", { events: {} }],
    ["a token that is bound to a key", { cnf: { "x5t#S256": "x" } }],
  ])("refuses %s", async (_name, change) => {
    expect(await statusOf(mode, change)).toBe(401);
  });

  it.each<[string, Record<string, unknown>]>([
    ["Ory Hydra", { token_type: "Bearer", token_use: "access_token" }],
    ["Cognito", { token_use: "access" }],
    ["Keycloak", { typ: "Bearer", token_type: "Bearer" }],
    ["Keycloak, with a nonce", { typ: "Bearer", nonce: "x" }],
    ["Glewlwyd", { token_type: "access_token" }],
    ["Casdoor", { tokenType: "access-token" }],
    ["a server that says how the person signed in (RFC 9470)", { auth_time: 1, amr: ["pwd"] }],
    ["a server that uses these names for other things", { purpose: "support", tty: "none" }],
  ])("takes an access token of %s", async (_name, change) => {
    expect(await statusOf(mode, change)).toBe(200);
  });

  it.each<[string, Record<string, unknown>]>([
    ["its subject is the client", { sub: "client-1" }],
    ["Auth0 says so", { gty: "client-credentials" }],
    ["FusionAuth says so", { gty: ["client_credentials"] }],
    ["Entra says so", { idtyp: "app" }],
    ["WSO2 says so", { aut: "APPLICATION" }],
    ["Keycloak says so", { preferred_username: "service-account-client-1" }],
  ])("refuses a client's own token with CLIENT_TOKENS=off: %s", async (_name, change) => {
    expect(await statusOf(mode, change)).toBe(200);
    expect(await statusOf(mode, change, { CLIENT_TOKENS: "off" })).toBe(403);
    expect(await statusOf(mode, {}, { CLIENT_TOKENS: "off" })).toBe(200);
  });

  const people = { ALLOWED_PEOPLE: "@example.com" };
  const vouched = { ...people, TOKEN_EMAIL_CLAIM: "username" };
  it.each<[string, Record<string, string>, Record<string, unknown>, number]>([
    ["verified, as text", people, { email: "a@example.com", email_verified: "true" }, 200],
    ["not verified, as text", people, { email: "a@example.com", email_verified: "false" }, 403],
    ["a user name", people, { username: "a@example.com" }, 403],
    ["a user name that is vouched for", vouched, { username: "a@example.com" }, 200],
    [
      "a user name that the server denies",
      vouched,
      { username: "a@example.com", email_verified: false },
      403,
    ],
  ])("knows a person by an address that is %s", async (_name, vars, change, status) => {
    expect(await statusOf(mode, change, vars)).toBe(status);
  });
});

it("an empty name is none, and an address that is vouched for is no name", async () => {
  const authority = await startAuthority("ES256");
  const gatehouse = externalGatehouse({
    AUTH_MODE: "introspection",
    AS_ISSUER: authority.issuer,
    AS_CLIENT_ID: "us",
    AS_CLIENT_SECRET: "secret",
    TOKEN_EMAIL_CLAIM: "username",
  });
  const whoami = async (change: Record<string, unknown>) => {
    await authority.introspects({ active: true, ...authority.claims(change) });
    return (await gatehouse.use("opaque", "whoami")).result?.structuredContent;
  };
  expect(await whoami({ name: " ", preferred_username: "", username: "dora" })).not.toHaveProperty(
    "name",
  );
  expect(await whoami({ name: "", preferred_username: "Dora" })).toMatchObject({ name: "Dora" });
  const found = await whoami({ name: null, username: "dora@example.com" });
  expect(found).toMatchObject({ email: "dora@example.com" });
  expect(found).not.toHaveProperty("name");
});
