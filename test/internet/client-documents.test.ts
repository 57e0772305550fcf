import { beforeEach, describe, expect, it } from "vitest";
import { signIn } from "../../dev/browser/headless-browser.ts";
import {
  authorizationUrl,
  browse,
  exchangeCode,
  register,
  tokensSchema,
} from "../worker/as-client.ts";
import { gatehouseWith } from "../worker/gatehouse-with.ts";
import { TEST_ORIGIN } from "../worker/origin.ts";
import { documentOf, fetched, publish } from "./published.ts";

const CALLBACK = "https://evil.example/callback";

/** Each test has an address of its own: documents that were found good are kept. */
let clientId: string;
beforeEach(async () => {
  clientId = `https://trusted.example/${crypto.randomUUID()}`;
  await fetched();
});

async function open(ALLOWED_CLIENTS = "metadata:trusted.example", id = clientId) {
  const { url } = await authorizationUrl(id, { redirect_uri: CALLBACK });
  return gatehouseWith({ ALLOWED_CLIENTS })(url);
}

async function expectNotChecked(response: Response): Promise<void> {
  expect(response.status).toBe(400);
  expect(await response.text()).toContain("This app could not be checked");
}

describe("a client metadata document", () => {
  it("at its own address lets its client in", async () => {
    await publish(clientId, { body: documentOf(clientId) });
    const response = await open();
    expect(response.status).toBe(200);
    expect(await response.text()).toContain("Verified domain");
  });

  it.each([301, 302, 303, 307, 308])("behind a redirect by %i is nobody's", async (status) => {
    const elsewhere = `https://evil.example/${crypto.randomUUID()}`;
    await publish(elsewhere, { body: documentOf(clientId) });
    await publish(clientId, { status, headers: { location: elsewhere }, body: "" });
    await expectNotChecked(await open());
    expect(await fetched()).toEqual([clientId]);
  });

  it("behind a wrong request to a Gatehouse is not that Gatehouse's", async () => {
    const document = `https://evil.example/${crypto.randomUUID()}`;
    const { url } = await authorizationUrl(await register({ redirect_uris: [document] }), {
      redirect_uri: document,
      response_type: "token",
    });
    const answer = await browse(url, { redirect: "manual" });
    await publish(url.href, {
      status: answer.status,
      headers: Object.fromEntries(answer.headers),
      body: await answer.text(),
    });
    await publish(document, { body: documentOf(url.href) });
    await expectNotChecked(await open("metadata:mcp.test", url.href));
  });

  it.each<[string, Parameters<typeof publish>[1]]>([
    ["with another status", { status: 203, body: "of itself" }],
    ["that is not there", { status: 404, body: "of itself" }],
    [
      "that is no JSON by its type",
      { headers: { "content-type": "text/html" }, body: "of itself" },
    ],
    ["that is no JSON", { body: "<html>" }],
    ["that is too large", { body: " ".repeat(6_000) }],
    ["of another address", { body: documentOf("https://trusted.example/another") }],
  ])("%s is none", async (_what, answer) => {
    const body = answer.body === "of itself" ? documentOf(clientId) : answer.body;
    await publish(clientId, { ...answer, body });
    await expectNotChecked(await open());
  });

  it.each<[string, Record<string, unknown>]>([
    ["a secret", { client_secret: "for all to read" }],
    ["a method with a secret", { token_endpoint_auth_method: "client_secret_basic" }],
    ["a private key", { jwks: { keys: [{ kty: "EC", crv: "P-256", d: "private" }] } }],
    ["no name", { client_name: " " }],
    ["no redirect URI", { redirect_uris: [] }],
    ["a redirect URI that acts in the page", { redirect_uris: ["javascript:alert(1)"] }],
    ["no way to use a code", { response_types: ["token"] }],
  ])("with %s is none", async (_what, change) => {
    await publish(clientId, { body: documentOf(clientId, change) });
    await expectNotChecked(await open());
  });

  it("may have members without a value, and offer more than there is here", async () => {
    const change = {
      client_uri: "",
      contacts: null,
      jwks: null,
      grant_types: ["authorization_code", "urn:ietf:params:oauth:grant-type:device_code"],
    };
    await publish(clientId, { body: documentOf(clientId, change) });
    expect((await open()).status).toBe(200);
  });

  it("is kept for a minute, or for as long as its publisher says", async () => {
    await publish(clientId, { body: documentOf(clientId) });
    await open();
    await open();
    expect(await fetched()).toEqual([clientId]);
    const unkept = `${clientId}-2`;
    const headers = { "cache-control": "no-store" };
    await publish(unkept, { headers, body: documentOf(unkept) });
    await open("any", unkept);
    await open("any", unkept);
    expect((await fetched()).length).toBeGreaterThan(1);
  });

  it("that a preset stands for is that one, and no other of its host", async () => {
    const known = "https://vscode.dev/oauth/client-metadata.json";
    const other = "https://vscode.dev/redirect/client.json";
    for (const id of [known, other]) await publish(id, { body: documentOf(id) });
    expect((await open("vscode", known)).status).toBe(200);
    expect((await open("vscode", other)).status).toBe(403);
    expect(await fetched()).toEqual([known]);
  });
});

describe("the token endpoint", () => {
  const post = (parameters: Record<string, string>, headers: Record<string, string> = {}) =>
    gatehouseWith({ ALLOWED_CLIENTS: "claude" })(`${TEST_ORIGIN}/oauth/token`, {
      method: "POST",
      headers,
      body: new URLSearchParams(parameters),
    });
  const refresh = { grant_type: "refresh_token", refresh_token: "x" };
  const unsigned = `e30.${btoa(JSON.stringify({ iss: "https://victim.example/a" }))}.e30`;

  it.each<[string, Record<string, string>, number]>([
    ["a made-up token", refresh, 400],
    ["a made-up code", { grant_type: "authorization_code", code: "x" }, 400],
    ["a revocation", { token: "x" }, 200],
    ["another grant type", { grant_type: "password" }, 400],
  ])("fetches nothing for %s of a client with a document", async (_what, request, status) => {
    const response = await post({ ...request, client_id: "https://victim.example/any?path" });
    expect(response.status).toBe(status);
    expect(await fetched()).toEqual([]);
  });

  it("fetches nothing for a client that is named in another way", async () => {
    const basic = `Basic ${btoa(`${encodeURIComponent("https://victim.example/a")}:secret`)}`;
    await post(refresh, { authorization: basic });
    await post({ ...refresh, client_assertion: unsigned, client_assertion_type: "x" });
    expect(await fetched()).toEqual([]);
  });

  it("fetches nobody else's document for a client that has a grant", async () => {
    await publish(clientId, {
      headers: { "cache-control": "no-store" },
      body: documentOf(clientId, { redirect_uris: ["http://localhost:3334/oauth/callback"] }),
    });
    const { url, verifier } = await authorizationUrl(clientId);
    const callback = await signIn(url, { person: "alice", fetch: browse });
    const code = callback.searchParams.get("code") ?? "";
    const exchanged = await exchangeCode({ clientId, code, verifier, callback });
    const tokens = tokensSchema.parse(await exchanged.json());
    await fetched();
    const asAnother = { ...refresh, refresh_token: tokens.refresh_token };
    const response = await post({ ...asAnother, client_id: "https://victim.example/a" });
    expect(response.ok).toBe(false);
    expect(await fetched()).toEqual([]);
    expect((await post({ ...asAnother, client_id: clientId })).status).toBe(200);
    expect(await fetched()).toEqual([clientId]);
  });
});
