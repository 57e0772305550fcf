import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { register, request } from "./as-client.ts";
import { gatehouseOf } from "./gatehouse.ts";
import { TEST_ORIGIN } from "./origin.ts";
import { configOf } from "./server.ts";

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
});

function post(metadata: unknown): Promise<Response> {
  return request("/oauth/register", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: typeof metadata === "string" ? metadata : JSON.stringify(metadata),
  });
}
