import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { connect, REDIRECT_URI, request, tokenRequest } from "./as-client.ts";

const answerSchema = z.looseObject({ client_id: z.string(), redirect_uris: z.array(z.string()) });

/** What a client says of itself; the name is new for each test, so that none is known from another. */
let metadata: Record<string, unknown>;
beforeEach(() => {
  metadata = {
    client_name: crypto.randomUUID(),
    redirect_uris: [REDIRECT_URI, "https://app.example/callback"],
    grant_types: ["authorization_code", "refresh_token"],
    token_endpoint_auth_method: "none",
  };
});

async function post(change: Record<string, unknown> = {}): Promise<Response> {
  const response = await request("/oauth/register", {
    method: "POST",
    headers: { "content-type": "application/json", origin: "https://browser-client.example" },
    body: JSON.stringify({ ...metadata, ...change }),
  });
  expect(response.status).toBe(201);
  return response;
}

async function registered(change?: Record<string, unknown>) {
  return answerSchema.parse(await (await post(change)).json());
}

async function countOf(prefix: string): Promise<number> {
  return (await env.OAUTH_KV.list({ prefix })).keys.length;
}

describe("a public client that registers again", () => {
  it("gets the same answer, and nothing more is stored", async () => {
    const first = await post();
    const [clients, remembered] = [await countOf("client:"), await countOf("registration:")];
    const second = await post();
    expect(await second.json()).toEqual(await first.json());
    for (const name of ["content-type", "cache-control", "access-control-allow-origin"]) {
      expect(second.headers.get(name)).toBe(first.headers.get(name));
    }
    expect([await countOf("client:"), await countOf("registration:")]).toEqual([
      clients,
      remembered,
    ]);
  });

  it("is known whatever the order of what it says", async () => {
    const { client_id } = await registered();
    metadata = Object.fromEntries(Object.entries(metadata).reverse());
    const again = await registered({
      redirect_uris: ["https://app.example/callback", REDIRECT_URI],
      grant_types: ["refresh_token", "authorization_code"],
    });
    expect(again.client_id).toBe(client_id);
  });

  it("is a new one when its record is gone or was changed", async () => {
    const { client_id } = await registered();
    const key = `client:${client_id}`;
    const record = await env.OAUTH_KV.get(key, "json");
    await env.OAUTH_KV.put(
      key,
      JSON.stringify({ ...z.looseObject({}).parse(record), redirectUris: ["https://b.example/"] }),
    );
    const second = await registered();
    expect(second.client_id).not.toBe(client_id);
    await env.OAUTH_KV.delete(`client:${second.client_id}`);
    const third = await registered();
    expect(third.client_id).not.toBe(second.client_id);
    expect((await registered()).client_id).toBe(third.client_id);
  });

  it("is remembered for half as long as it is known", async () => {
    // Other tests here change and delete clients; this one is nobody else's.
    const { client_id } = await registered({ client_name: "Remembered" });
    const clients = await env.OAUTH_KV.list({ prefix: `client:${client_id}` });
    const remembered = await env.OAUTH_KV.list({ prefix: "registration:" });
    const knownForSeconds = (clients.keys[0]?.expiration ?? 0) - Date.now() / 1_000;
    const rememberedForSeconds = (remembered.keys[0]?.expiration ?? 0) - Date.now() / 1_000;
    expect(Math.round(knownForSeconds / 86_400)).toBe(90);
    expect(Math.round(rememberedForSeconds / 86_400)).toBe(45);
  });
});

describe("no client is shared", () => {
  it.each<[string, Record<string, unknown>]>([
    ["with another name", { client_name: "Another" }],
    ["with a redirect URI less", { redirect_uris: [REDIRECT_URI] }],
    ["with another port", { redirect_uris: ["http://localhost:3335/oauth/callback"] }],
    ["with other grant types", { grant_types: ["authorization_code"] }],
    ["with a picture", { logo_uri: "https://app.example/logo.png" }],
    ["with something the server does not know", { software_id: "one" }],
  ])("%s", async (_, change) => {
    const { client_id } = await registered();
    expect((await registered(change)).client_id).not.toBe(client_id);
    expect((await registered()).client_id).toBe(client_id);
  });

  it.each<[string, Record<string, unknown>]>([
    ["that has a secret", { token_endpoint_auth_method: "client_secret_post" }],
    ["that says nothing of how it proves itself", { token_endpoint_auth_method: undefined }],
    ["that says what is not flat", { custom: { nested: true } }],
  ])("%s", async (_, change) => {
    const first = await registered(change);
    const second = await registered(change);
    expect(second.client_id).not.toBe(first.client_id);
    expect(second.client_secret === undefined || second.client_secret !== first.client_secret).toBe(
      true,
    );
  });
});

it("keeps the grants of two people, and of two devices, of a shared client apart", async () => {
  const { client_id: clientId } = await registered();
  const refresh = (tokens: { refresh_token: string }) =>
    tokenRequest({
      grant_type: "refresh_token",
      client_id: clientId,
      refresh_token: tokens.refresh_token,
    });
  const desktop = await connect({ person: "alice", clientId });
  const laptop = await connect({ person: "alice", clientId });
  const bob = await connect({ person: "bob", clientId });
  const revoked = await tokenRequest({
    token: desktop.refresh_token,
    token_type_hint: "refresh_token",
    client_id: clientId,
  });
  expect(revoked.status).toBe(200);
  expect((await refresh(desktop)).status).toBe(400);
  expect((await refresh(laptop)).status).toBe(200);
  expect((await refresh(bob)).status).toBe(200);
});
