import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { authorizationUrl, authorize, REDIRECT_URI, register } from "./as-client.ts";
import { gatehouseWith } from "./gatehouse-with.ts";
import { TEST_ORIGIN } from "./origin.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

const CLAUDE = "https://claude.ai/api/mcp/auth_callback";
const CURSOR = [
  "cursor://anysphere.cursor-mcp/oauth/callback",
  "https://www.cursor.com/agents/mcp/oauth/callback",
  "http://localhost:8787/callback",
];

const letsIn = (ALLOWED_CLIENTS: string, vars: Record<string, string> = {}) =>
  gatehouseWith({ ALLOWED_CLIENTS, ...vars });

/** A page that refuses the client, and neither goes to it nor tells who would be let in. */
async function expectRefused(response: Response): Promise<void> {
  expect(response.status).toBe(403);
  expect(response.headers.get("location")).toBeNull();
  expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
  const html = await response.text();
  expect(html).toContain("<h1>This app may not connect here</h1>");
  expect(html).toContain("Only chosen apps may connect");
  expect(html).not.toMatch(/http-equiv|claude|evil\.example/);
}

/** Opens the authorization page of a client, with a change of a request that is right. */
async function open(
  gatehouse: typeof fetch,
  clientId: string,
  change: Record<string, string | null>,
): Promise<Response> {
  const { url } = await authorizationUrl(clientId, change);
  return gatehouse(url);
}

describe("registration", () => {
  let metadata: Record<string, unknown>;
  beforeEach(() => {
    metadata = { client_name: crypto.randomUUID(), token_endpoint_auth_method: "none" };
  });

  function post(gatehouse: typeof fetch, redirect_uris: readonly string[], change: object = {}) {
    return gatehouse(`${TEST_ORIGIN}/oauth/register`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ...metadata, redirect_uris, ...change }),
    });
  }

  async function expectInvalidRedirectUri(response: Response): Promise<void> {
    expect(response.status).toBe(400);
    const body = z.record(z.string(), z.string()).parse(await response.json());
    expect(body.error).toBe("invalid_redirect_uri");
    expect(body.error_description).toContain("ALLOWED_CLIENTS");
    expect(body.error_description).not.toMatch(/claude/);
  }

  it("takes the client of the preset", async () => {
    expect((await post(letsIn("claude"), [CLAUDE])).status).toBe(201);
  });

  it("refuses another, whatever it calls itself", async () => {
    const evil = ["https://evil.example/callback"];
    await expectInvalidRedirectUri(await post(letsIn("claude"), evil, { client_name: "Claude" }));
  });

  it("refuses a client with a secret, too", async () => {
    const change = { token_endpoint_auth_method: "client_secret_basic" };
    await expectInvalidRedirectUri(await post(letsIn("claude"), [REDIRECT_URI], change));
  });

  it("takes all of Cursor's addresses, because one of them is allowed", async () => {
    const response = await post(letsIn("cursor"), CURSOR);
    expect(response.status).toBe(201);
    expect(await response.json()).toMatchObject({ redirect_uris: CURSOR });
  });

  it("refuses Cursor where only others are let in", async () => {
    await expectInvalidRedirectUri(await post(letsIn("claude, chatgpt"), CURSOR));
  });

  it("refuses a client that it knows from before the list was narrowed", async () => {
    expect((await post(letsIn("any"), [REDIRECT_URI])).status).toBe(201);
    expect((await post(letsIn("loopback"), [REDIRECT_URI])).status).toBe(201);
    await expectInvalidRedirectUri(await post(letsIn("claude"), [REDIRECT_URI]));
  });

  it("still says what else is wrong", async () => {
    const response = await post(letsIn("claude"), ["javascript:alert(1)"]);
    expect(await response.json()).toMatchObject({ error: "invalid_client_metadata" });
  });
});

describe("an authorization request", () => {
  it("of a client on the list goes the whole way", async () => {
    const { callback } = await authorize({ person: "alice", fetch: letsIn("loopback") });
    expect(callback.searchParams.get("code")).not.toBeNull();
  });

  it("of a client that registered before the list was narrowed is a page", async () => {
    const clientId = await register({ redirect_uris: ["https://evil.example/callback"] });
    const change = { redirect_uri: "https://evil.example/callback" };
    expect((await open(letsIn("any"), clientId, change)).status).toBe(200);
    await expectRefused(await open(letsIn("claude"), clientId, change));
  });

  it("may use those of a client's addresses that are on the list, and no other", async () => {
    const clientId = await register({
      redirect_uris: [...CURSOR, "https://evil.example/callback"],
    });
    const cursor = letsIn("cursor");
    for (const redirect_uri of CURSOR.slice(1)) {
      expect((await open(cursor, clientId, { redirect_uri })).status, redirect_uri).toBe(200);
    }
    await expectRefused(
      await open(cursor, clientId, { redirect_uri: "https://evil.example/callback" }),
    );
    const [redirect_uri = ""] = CURSOR;
    await expectRefused(await open(cursor, clientId, { redirect_uri }));
    const privateUse = letsIn("cursor", { PRIVATE_USE_REDIRECT_URIS: "on" });
    expect((await open(privateUse, clientId, { redirect_uri })).status).toBe(200);
  });

  it("must still name an address that the client registered", async () => {
    const response = await open(letsIn("claude"), await register(), { redirect_uri: CLAUDE });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("asked for an answer at the wrong address");
  });

  it.each<[string, Record<string, string | null>]>([
    ["the wrong response type", { response_type: "token" }],
    ["no PKCE", { code_challenge: null, code_challenge_method: null }],
    ["a resource that is not here", { resource: "https://other.example/mcp" }],
  ])("with %s sends nobody to a client that is not let in", async (_what, change) => {
    const redirect_uri = "https://evil.example/callback";
    const clientId = await register({ redirect_uris: [redirect_uri] });
    const wrong = { redirect_uri, ...change };
    expect((await open(letsIn("any"), clientId, wrong)).status).toBe(400);
    await expectRefused(await open(letsIn("claude"), clientId, wrong));
  });

  it("is judged by its first address, which is the one that counts", async () => {
    const redirect_uri = "https://evil.example/callback";
    const clientId = await register({ redirect_uris: [redirect_uri, CLAUDE] });
    const { url } = await authorizationUrl(clientId, { redirect_uri });
    url.searchParams.append("redirect_uri", CLAUDE);
    await expectRefused(await letsIn("claude")(url));
  });

  it.each([{ redirect_uri: null }, { redirect_uri: "not a URL" }, { client_id: null }])(
    "that cannot be read is not let in: %j",
    async (change) => {
      const redirect_uri = "https://evil.example/callback";
      await expectRefused(
        await open(letsIn("claude"), await register(), { redirect_uri, ...change }),
      );
    },
  );
});

describe("a client with a metadata document", () => {
  const clientId = "https://app.example.com/client.json";
  const LOOPBACK = "http://127.0.0.1:51234/callback";

  /** What stands at the client's address; nothing else of the network is reached. */
  function publish(redirect_uris: readonly string[]) {
    const body = {
      client_id: clientId,
      client_name: "App",
      redirect_uris,
      token_endpoint_auth_method: "none",
    };
    const headers = { "cache-control": "no-store" };
    return vi
      .spyOn(globalThis, "fetch")
      .mockImplementation(async () => Response.json(body, { headers }));
  }

  it("is let in by its domain, at the addresses that it publishes", async () => {
    publish(["http://127.0.0.1/callback"]);
    const gatehouse = letsIn("metadata:app.example.com");
    const response = await open(gatehouse, clientId, { redirect_uri: LOOPBACK });
    expect(response.status).toBe(200);
    expect(await response.text()).toContain("Verified domain");
    const other = await open(gatehouse, clientId, {
      redirect_uri: "https://evil.example/callback",
    });
    expect(other.status).toBe(400);
  });

  it("is let in by where its answer goes", async () => {
    publish([CLAUDE]);
    const response = await open(letsIn("claude"), clientId, { redirect_uri: CLAUDE });
    expect(response.status).toBe(200);
  });

  it("of another domain is not let in, and its document is not fetched", async () => {
    const fetched = publish([LOOPBACK]);
    await expectRefused(
      await open(letsIn("claude, metadata:other.example"), clientId, { redirect_uri: LOOPBACK }),
    );
    expect(fetched).not.toHaveBeenCalled();
  });
});
