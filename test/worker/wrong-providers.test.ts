import { afterEach, describe, expect, it, vi } from "vitest";
import type { OddSettings } from "../support/odd-settings.ts";
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

async function signIn([, settings, vars = {}]: Row) {
  return signInAt({ OIDC_ISSUER: await oddProvider(settings), ...vars });
}

describe("a provider that is wrong signs nobody in, and the log says what to change:", () => {
  const answered = (status: number, error: string) => ({
    tokenAnswer: { status, body: JSON.stringify({ error }) },
  });
  const lasting: [...Row, logged: Record<string, unknown>][] = [
    [
      "another secret",
      { clientSecret: "other" },
      {},
      {
        code: "invalid_client",
        status: 401,
        advice: expect.stringContaining("client_secret_basic"),
      },
    ],
    [
      "Basic only, not decoded, and reserved characters",
      {
        registeredFor: "client_secret_basic",
        decodesBasic: false,
        clientSecret: "a+b",
        metadata: basicOnly,
      },
      { OIDC_CLIENT_SECRET: "a+b" },
      { advice: expect.stringContaining("not every server decodes: try client_secret_post") },
    ],
    [
      "no client secrets",
      { metadata: { token_endpoint_auth_methods_supported: ["private_key_jwt"] } },
      {},
      { received: "private_key_jwt", advice: expect.stringContaining("private key") },
    ],
    [
      "unauthorized_client",
      answered(400, "unauthorized_client"),
      {},
      { code: "unauthorized_client" },
    ],
    ["an error with 200", answered(200, "invalid_scope"), {}, { code: "invalid_scope" }],
    ["no error code", { tokenAnswer: { status: 404, body: "{}" } }, {}, { status: 404 }],
    [
      "DPoP tokens",
      { token: { token_type: "DPoP" } },
      {},
      { expected: "Bearer", received: "DPoP" },
    ],
    ["no access token", { token: { access_token: null } }, {}, {}],
    ["no ID token", { token: { id_token: null } }, {}, { expected: "id_token" }],
    ["invalid_scope", { authorizeError: "invalid_scope" }, {}, { code: "invalid_scope" }],
    ["invalid_request", { authorizeError: "invalid_request" }, {}, { code: "invalid_request" }],
    [
      "an error that is somebody's prose",
      { authorizeError: "Dear odd@example.com, no" },
      {},
      { code: "unreadable" },
    ],
    [
      "HS256",
      { alg: "HS256" },
      {},
      { received: "HS256", advice: expect.stringContaining("id_token_signed_response_alg") },
    ],
    ["no signature", { alg: "none" }, {}, { received: "none" }],
    ["an encrypted ID token", { encrypts: true }, {}, { expected: "a signed token" }],
    ["a key of another algorithm", { keyAlg: "PS256" }, {}, { code: "ERR_JWKS_NO_MATCHING_KEY" }],
    [
      "another audience",
      { claims: { aud: "somebody-else" } },
      {},
      { expected: "gatehouse", received: "somebody-else" },
    ],
    ["another azp", { claims: { azp: "other" } }, {}, { expected: "client gatehouse" }],
    [
      "another issuer in the ID token",
      { claims: { iss: "https://other.example" } },
      {},
      { received: "https://other.example/" },
    ],
    ["another nonce", { claims: { nonce: "x" } }, {}, { error: expect.stringContaining("nonce") }],
    [
      "a clock that is half an hour slow",
      { clock: -1_800 },
      {},
      { received: expect.stringMatching(/^exp -17\d\d seconds from now$/) },
    ],
    [
      "a clock that is half an hour fast",
      { clock: 1_800 },
      {},
      { received: expect.stringMatching(/^nbf 1\d\d\d seconds from now$/) },
    ],
    [
      "userinfo of another person",
      { claims: { name: null }, userInfo: { claims: { sub: "x" } } },
      {},
      {},
    ],
    [
      "userinfo 403, the address missing",
      { claims: { email: null }, userInfo: { status: 403 } },
      {},
      { status: 403, endpoint: expect.stringMatching(/\/userinfo$/) },
    ],
    [
      "no way to answer",
      { metadata: { response_modes_supported: ["fragment"] } },
      {},
      { received: "fragment" },
    ],
  ];

  it.each(lasting)("%s", async (oddity, settings, vars, logged) => {
    const errors = vi.spyOn(console, "error");
    const { told, page } = await signIn([oddity, settings, vars]);
    expect(told.get("error")).toBe("server_error");
    expect(told.get("state")).toBe("the-clients-state");
    expect(page).toMatchObject({ status: 500, heading: "Signing in does not work on this server" });
    expect(errors.mock.calls.at(-1)).toEqual([
      expect.objectContaining({ event: "identity_provider_error", lasts: true, ...logged }),
    ]);
  });

  it.each<Row>([
    ["a discovery document that is not there", { discovery: { status: 404 } }],
    ["a page in its place", { discovery: { body: "<h1>Hello</h1>" } }],
    ["one that moves for ever", { discovery: { redirects: 9 } }],
    ["one without endpoints", { metadata: { token_endpoint: null } }],
    ["one of another issuer", { metadata: { issuer: "https://other.example" } }],
  ])("%s, and nobody is sent there", async (...row) => {
    const errors = vi.spyOn(console, "error");
    const { told, page } = await signIn(row);
    expect(told.get("error")).toBe("server_error");
    expect(page?.status).toBe(500);
    expect(errors.mock.calls.at(-1)).toEqual([
      expect.objectContaining({
        lasts: true,
        endpoint: expect.stringMatching(/\/\.well-known\/openid-configuration$/),
      }),
    ]);
  });

  it.each<Row>([
    ["a code that had expired", answered(400, "invalid_grant")],
    ["503 at the token endpoint", { tokenAnswer: { status: 503, body: "" } }],
    ["429 at the token endpoint", { tokenAnswer: { status: 429, body: "" } }],
    ["temporarily_unavailable", { authorizeError: "temporarily_unavailable" }],
    ["server_error", { authorizeError: "server_error" }],
    ["503 at discovery", { discovery: { status: 503 } }],
    ["userinfo 500, the address missing", { claims: { email: null }, userInfo: { status: 500 } }],
  ])("%s may pass, and goes to the client at once", async (...row) => {
    const errors = vi.spyOn(console, "error");
    const { told, page } = await signIn(row);
    expect(told.get("error")).toBe("temporarily_unavailable");
    expect(page).toBeUndefined();
    expect(errors.mock.calls.at(-1)).toEqual([
      expect.objectContaining({ event: "identity_provider_error", lasts: false }),
    ]);
  });
});
