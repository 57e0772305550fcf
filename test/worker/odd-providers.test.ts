import { exportJWK, exportPKCS8, generateKeyPair } from "jose";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { OddSettings } from "../support/odd-settings.ts";
import { server as upstream } from "../upstream/definition.ts";
import { request } from "./as-client.ts";
import { gatehouseWith } from "./gatehouse-with.ts";
import { TEST_ORIGIN } from "./origin.ts";
import { oddProvider, signInAt } from "./sign-in-at.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

type Row = [
  oddity: string,
  settings: Partial<OddSettings>,
  vars?: Record<string, string> | undefined,
];

const basicOnly = { token_endpoint_auth_methods_supported: ["client_secret_basic"] };
const silent = { token_endpoint_auth_methods_supported: undefined };

async function signIn([, settings, vars = {}]: Row) {
  return signInAt({ OIDC_ISSUER: await oddProvider(settings), ...vars });
}

describe("a provider that is odd, and not wrong, signs its person in:", () => {
  const engineering = { ALLOWED_PEOPLE: "group:engineering" };
  const noVerified = { claims: { email_verified: null } };
  const rows: Row[] = [
    ["nothing at all", {}],
    // Client authentication.
    ["registered for post, both announced", { registeredFor: "client_secret_post" }],
    ["registered for Basic, both announced", { registeredFor: "client_secret_basic" }],
    [
      "registered for Basic, and another answer to a client that sends post",
      {
        registeredFor: "client_secret_basic",
        refusesClientWith: { status: 400, error: "unauthorized_client" },
      },
    ],
    ["post, nothing announced", { metadata: silent }],
    ["Basic, nothing announced", { registeredFor: "client_secret_basic", metadata: silent }],
    [
      "Basic that is not decoded, with an id and a secret of dashes",
      {
        registeredFor: "client_secret_basic",
        decodesBasic: false,
        ...{ clientId: "gate-house_1.x", clientSecret: "s-e_c.r~e*t" },
      },
      { OIDC_CLIENT_ID: "gate-house_1.x", OIDC_CLIENT_SECRET: "s-e_c.r~e*t" },
    ],
    [
      "Basic that is decoded, with reserved characters",
      { registeredFor: "client_secret_basic", clientSecret: "100% + a:b&c=d/é" },
      { OIDC_CLIENT_SECRET: "100% + a:b&c=d/é" },
    ],
    [
      "the method that the operator names, though it is not announced",
      { registeredFor: "client_secret_post", metadata: basicOnly },
      { OIDC_CLIENT_AUTH: "client_secret_post" },
    ],
    [
      "client_secret_jwt",
      {
        registeredFor: "client_secret_jwt",
        metadata: { token_endpoint_auth_methods_supported: ["client_secret_jwt"] },
      },
    ],
    ["a public client", { registeredFor: "none" }, { OIDC_CLIENT_SECRET: "" }],
    // The request.
    ["requests only by PAR", { pushedOnly: true }],
    ["PAR, and Basic", { pushedOnly: true, registeredFor: "client_secret_basic" }],
    ["answers only by form_post", { formPostOnly: true }],
    // Discovery.
    ["an issuer with a slash at its end", { discovery: { slash: true } }],
    ["a discovery document that has moved", { discovery: { redirects: 1 } }],
    ["metadata with empty and null members", { metadata: { userinfo_endpoint: null, x: "" } }],
    // The token response.
    ["expires_in: null", { token: { expires_in: null } }],
    ["expires_in in quotes", { token: { expires_in: "3600" } }],
    ["expires_in of no meaning", { token: { expires_in: "soon" } }],
    ['refresh_token: ""', { token: { refresh_token: "" } }],
    ["refresh_token and scope: null", { token: { refresh_token: null, scope: null } }],
    ["no token_type", { token: { token_type: undefined } }],
    ["token_type bearer in small letters", { token: { token_type: "bearer" } }],
    // The ID token.
    ...["PS256", "ES256", "ES384", "ES512", "RS512", "Ed25519", "EdDSA"].map(
      (alg): Row => [`${alg}, not announced`, { alg }],
    ),
    ["Ed25519 with a key that says EdDSA", { alg: "Ed25519", keyAlg: "EdDSA" }],
    ["EdDSA with a key that says Ed25519", { alg: "EdDSA", keyAlg: "Ed25519" }],
    ["keys without alg", { keyAlg: "" }],
    [
      "RS256 announced, ES256 used",
      { alg: "ES256", metadata: { id_token_signing_alg_values_supported: ["RS256"] } },
    ],
    ["several audiences, no azp", { claims: { aud: ["gatehouse", "project-1"] } }],
    ["several audiences, and azp", { claims: { aud: ["x", "gatehouse"], azp: "gatehouse" } }],
    ["one audience in a list", { claims: { aud: ["gatehouse"] } }],
    ["two keys, and no kid", { hasKid: false, otherKeys: 1 }],
    ["two keys, and no kid, of another kind", { hasKid: false, otherKeys: 1, alg: "ES256" }],
    ["a clock that is 90 s fast", { clock: 90 }],
    ["a clock that is 90 s slow", { clock: -150 }],
    // userinfo.
    ["userinfo 403, only the name missing", { claims: { name: null }, userInfo: { status: 403 } }],
    ["userinfo 500, only the name missing", { claims: { name: "" }, userInfo: { status: 500 } }],
    ["userinfo that is not JSON", { claims: { name: null }, userInfo: { status: 204 } }],
    ["a signed userinfo", { claims: { name: null }, userInfo: { signed: true } }],
    // People.
    ["an empty name", { claims: { name: "", preferred_username: "" } }],
    [
      "email_verified as text",
      { claims: { email_verified: "true" } },
      { ALLOWED_PEOPLE: "@example.com" },
    ],
    [
      "no email_verified, of a domain that it is trusted for",
      noVerified,
      { ALLOWED_PEOPLE: "@example.com", OIDC_TRUSTED_EMAIL_DOMAINS: "other.example, Example.com" },
    ],
    ["groups as objects", { claims: { groups: [{ id: 7, name: "engineering" }] } }, engineering],
    ["groups as SCIM has them", { claims: { groups: [{ value: "engineering" }] } }, engineering],
    ["groups as text with commas", { claims: { groups: "sales, engineering" } }, engineering],
    ["groups as numbers", { claims: { groups: [7, 42] } }, { ALLOWED_PEOPLE: "group:42" }],
    [
      "nested groups",
      { claims: { realm_access: { roles: ["engineering"] } } },
      { ...engineering, OIDC_GROUPS_CLAIM: "realm_access.roles" },
    ],
  ];

  it.each(rows)("%s", async (...row) => {
    const { told, page } = await signIn(row);
    expect(page).toBeUndefined();
    expect(Object.fromEntries(told)).toMatchObject({ code: expect.any(String) });
  });

  it("a new key at each sign-in", async () => {
    const OIDC_ISSUER = await oddProvider({ rotates: true });
    expect((await signInAt({ OIDC_ISSUER })).told.has("code")).toBe(true);
    const now = Date.now();
    // The keys were read less than a minute ago.
    vi.spyOn(Date, "now").mockImplementation(() => now + 5_000);
    expect((await signInAt({ OIDC_ISSUER })).told.has("code")).toBe(true);
  });

  it("private_key_jwt, with a key that is published", async () => {
    const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
    const clientKey = await exportJWK(publicKey);
    const vars = {
      OIDC_ISSUER: await oddProvider({ registeredFor: "private_key_jwt", clientKey }),
      OIDC_CLIENT_SECRET: "",
      OIDC_PRIVATE_KEY: await exportPKCS8(privateKey),
    };
    expect((await signInAt(vars)).told.has("code")).toBe(true);
    const published = await gatehouseWith({ OIDC_CLIENT_ID: "gatehouse", ...vars })(
      `${TEST_ORIGIN}/.well-known/jwks.json`,
    );
    expect(await published.json()).toMatchObject({ keys: [{ ...clientKey, use: "sig" }] });
  });
});

describe("userinfo that refuses a token which is for another API", () => {
  const refused = { claims: { email: null }, userInfo: { status: 401 } };

  it("leaves it at what the ID token says, and whoever is not known by that is not let in", async () => {
    const issuer = await oddProvider(refused);
    const reach = (vars: Record<string, string>) =>
      signInAt({ OIDC_ISSUER: issuer, TICKETS_API_URL: "https://api.example", ...vars }, upstream);
    expect((await reach({})).told.get("code")).not.toBeNull();
    const kept = await reach({ ALLOWED_PEOPLE: "odd@example.com" });
    expect(kept.told.get("error")).toBe("access_denied");
  });

  it("is a failure where the token is for no other", async () => {
    const { told } = await signInAt({ OIDC_ISSUER: await oddProvider(refused) });
    expect(told.get("error")).toBe("server_error");
  });
});

describe("a provider that wants something of the person first", () => {
  it.each([
    ["login_required", "You are not signed in at the odd one"],
    ["interaction_required", "the odd one needs something from you first"],
    ["consent_required", "the odd one needs your consent first"],
    ["account_selection_required", "Choose an account at the odd one"],
  ])("by %s has them read what to do", async (authorizeError, heading) => {
    const { told, page } = await signIn(["", { authorizeError }, { OIDC_NAME: "the odd one" }]);
    expect(page).toMatchObject({ status: 403, heading });
    expect(told.get("error")).toBe("access_denied");
    expect(told.get("error_description")).toContain(authorizeError);
  });

  it("by nothing but their word goes back to the client at once", async () => {
    const { told, page } = await signIn(["", { authorizeError: "access_denied" }]);
    expect(page).toBeUndefined();
    expect(told.get("error")).toBe("access_denied");
  });
});

describe("an address that nobody vouches for", () => {
  const vars = { ALLOWED_PEOPLE: "@example.com", OIDC_TRUSTED_EMAIL_DOMAINS: "example.com" };

  it.each<Row>([
    [
      "of a domain that is not trusted",
      { claims: { email_verified: null } },
      { ...vars, OIDC_TRUSTED_EMAIL_DOMAINS: "other.example" },
    ],
    ["that the provider says is not verified", { claims: { email_verified: false } }, vars],
    [
      "below a trusted domain",
      { claims: { email_verified: null, email: "odd@x.example.com" } },
      vars,
    ],
  ])("%s lets nobody in", async (...row) => {
    const { page } = await signIn(row);
    expect(page?.heading).toBe("This account may not use Gatehouse");
  });
});

describe("the answer of a provider that knows only forms", () => {
  it("comes without cookies, and is sent on to where they come", async () => {
    const body = new URLSearchParams({
      code: "c",
      state: "s",
      iss: "https://i.example",
      next: "x",
    });
    const response = await request("/callback", { method: "POST", body });
    expect(response.status).toBe(303);
    expect(response.headers.get("location")).toBe(
      "/callback?code=c&state=s&iss=https%3A%2F%2Fi.example",
    );
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.getSetCookie()).toEqual([]);
  });
});
