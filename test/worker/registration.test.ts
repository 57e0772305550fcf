import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { REDIRECT_URI, register, request } from "./as-client.ts";
import { gatehouseOf } from "./gatehouse.ts";
import { TEST_ORIGIN } from "./origin.ts";
import { configOf } from "./server.ts";

const URN = "urn:ietf:params:oauth:grant-type:";
const uris = (count: number) =>
  Array.from({ length: count }, (_, index) => `https://app.example/callback/${index}`);

describe("dynamic client registration", () => {
  it("takes the redirect URIs that Cursor registers, a custom scheme among them", async () => {
    const id = await register({
      redirect_uris: [
        "cursor://anysphere.cursor-mcp/oauth/callback",
        "https://www.cursor.com/agents/mcp/oauth/callback",
        "http://localhost:8787/callback",
      ],
    });
    expect(id).not.toBe("");
  });

  it.each([
    ["javascript:alert(1)"],
    ["http://remote.example/callback"],
    ["https://app.example/callback#fragment"],
  ])("refuses a client whose only redirect URI is %s", async (uri) => {
    const response = await post({ redirect_uris: [uri], token_endpoint_auth_method: "none" });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: expect.stringMatching(/^invalid_/) });
  });

  it("refuses what is not JSON, and more than it will read", async () => {
    expect((await post("{")).status).toBe(400);
    expect((await post({ client_name: "x".repeat(5_000_000), redirect_uris: [] })).status).toBe(
      413,
    );
  });

  const good = { redirect_uris: [REDIRECT_URI], token_endpoint_auth_method: "none" };

  it.each<[string, object]>([
    ["jwt-bearer", { grant_types: ["authorization_code", "refresh_token", `${URN}jwt-bearer`] }],
    ["device codes", { grant_types: ["refresh_token", `${URN}device_code`, "authorization_code"] }],
    [
      "the implicit grant",
      {
        grant_types: ["authorization_code", "implicit", "refresh_token"],
        response_types: ["code", "token", "code id_token"],
      },
    ],
  ])("leaves %s out, and says what is registered (RFC 7591, section 3.2.1)", async (_, change) => {
    const response = await post({ ...good, ...change });
    expect(response.status).toBe(201);
    expect(await response.json()).toMatchObject({
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      token_endpoint_auth_method: "none",
    });
  });

  it.each(["private_key_jwt", "client_secret_jwt", "tls_client_auth"])(
    "gives a client that asked for %s a secret, and says so",
    async (token_endpoint_auth_method) => {
      const response = await post({ ...good, token_endpoint_auth_method });
      expect(response.status).toBe(201);
      expect(await response.json()).toMatchObject({
        token_endpoint_auth_method: "client_secret_basic",
        client_secret: expect.any(String),
      });
    },
  );

  it("takes members without a value for absent", async () => {
    const nothing = { client_uri: "", logo_uri: null, tos_uri: "", contacts: null, scope: "" };
    const response = await post({ ...good, ...nothing, grant_types: [], jwks: null });
    expect(response.status).toBe(201);
    const answer = await response.json();
    for (const name of Object.keys(nothing)) expect(answer).not.toHaveProperty(name);
  });

  it.each<[string, number, object]>([
    ["a name of 200 characters", 201, { client_name: "n".repeat(200) }],
    ["a longer name", 400, { client_name: "n".repeat(201) }],
    ["a longer name in a language", 400, { "client_name#de": "n".repeat(201) }],
    ["a name that is no text", 400, { client_name: 7 }],
    ["20 redirect URIs", 201, { redirect_uris: uris(20) }],
    ["more of them", 400, { redirect_uris: uris(21) }],
    [
      "a redirect URI that is too long",
      400,
      { redirect_uris: [`https://a.example/${"x".repeat(2_048)}`] },
    ],
    [
      "a picture's address that is too long",
      400,
      { logo_uri: `https://a.example/${"x".repeat(2_048)}` },
    ],
    ["more than 16 KB of anything", 413, { anything: "x".repeat(16_384) }],
  ])("answers %s with %i", async (_what, status, change) => {
    const response = await post({ ...good, ...change });
    expect(response.status).toBe(status);
    if (status === 201) return;
    expect(await response.json()).toMatchObject({ error: expect.stringMatching(/^invalid_/) });
  });

  it("can be switched off", async () => {
    const config = configOf({ ...env, DYNAMIC_CLIENT_REGISTRATION: "off" });
    const closed = gatehouseOf(config);
    const call = (path: string, init?: RequestInit) =>
      closed(new Request(TEST_ORIGIN + path, init), env, createExecutionContext());
    expect((await call("/oauth/register", { method: "POST", body: "{}" })).status).toBe(404);
    const metadata = await (await call("/.well-known/oauth-authorization-server")).json();
    expect(metadata).not.toHaveProperty("registration_endpoint");
  });
});

describe("client ID metadata documents", () => {
  it("can be switched off", async () => {
    const config = configOf({ ...env, CLIENT_ID_METADATA_DOCUMENTS: "off" });
    const closed = gatehouseOf(config);
    const metadata = await closed(
      new Request(`${TEST_ORIGIN}/.well-known/oauth-authorization-server`),
      env,
      createExecutionContext(),
    );
    expect(await metadata.json()).toMatchObject({ client_id_metadata_document_supported: false });
  });

  it.each([
    [undefined, TEST_ORIGIN, true],
    [undefined, "http://localhost:8788", false],
    ["on", "http://localhost:8788", true],
  ])("set to %s at %s: offered %s", async (CLIENT_ID_METADATA_DOCUMENTS, origin, offered) => {
    const config = configOf({ ...env, CLIENT_ID_METADATA_DOCUMENTS });
    const gatehouse = gatehouseOf(config, { origin });
    const ask = (path: string) =>
      gatehouse(new Request(origin + path), env, createExecutionContext());
    const metadata = await ask("/.well-known/oauth-authorization-server");
    expect(await metadata.json()).toMatchObject({ client_id_metadata_document_supported: offered });
    if (offered) return;
    const page = await ask("/authorize?client_id=https%3A%2F%2Fapp.example%2Fclient.json");
    expect(page.status).toBe(400);
    expect(await page.text()).toContain("CLIENT_ID_METADATA_DOCUMENTS=on");
  });
});

function post(metadata: unknown): Promise<Response> {
  return request("/oauth/register", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: typeof metadata === "string" ? metadata : JSON.stringify(metadata),
  });
}
