import { describe, expect, it } from "vitest";
import * as z from "zod";
import { json } from "../support/scripted-authority.ts";
import { externalGatehouse } from "./external-gatehouse.ts";
import { script, startAuthority } from "./scripted.ts";

async function start(vars: Record<string, string> = {}) {
  const authority = await startAuthority();
  const gatehouse = externalGatehouse({ AUTH_MODE: "jwt", AS_ISSUER: authority.issuer, ...vars });
  return { authority, gatehouse };
}

const documentOf = async (response: Response) =>
  z.record(z.string(), z.unknown()).parse(await response.json());

describe("a client finds the external authorization server", () => {
  it.each(["/mcp", "/sse", ""])("in the metadata of the resource %s", async (resource) => {
    const { authority, gatehouse } = await start({ REQUIRED_SCOPES: "mcp:tools" });
    const path = `/.well-known/oauth-protected-resource${resource}`;
    const response = await gatehouse.fetch(path, { headers: { origin: "https://any.example" } });
    expect(response.headers.get("access-control-allow-origin")).not.toBeNull();
    const metadata = await documentOf(response);
    expect(metadata).toMatchObject({
      resource: `https://mcp.test${resource || "/mcp"}`,
      authorization_servers: [authority.issuer],
    });
    expect(metadata.scopes_supported).toContain("mcp:tools");
    expect(metadata.scopes_supported).toContain("op:add");
  });

  it("by the challenge, which a script may read", async () => {
    const { gatehouse } = await start({ ALLOWED_ORIGINS: "https://app.example" });
    const headers = { origin: "https://app.example" };
    const response = await gatehouse.fetch("/mcp", { method: "POST", headers, body: "{}" });
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toContain("resource_metadata=");
    expect(response.headers.get("access-control-expose-headers")).toMatch(/www-authenticate/i);
  });

  it("and nothing that could be taken for one here", async () => {
    const { gatehouse } = await start();
    const paths = ["/.well-known/oauth-authorization-server", "/authorize", "/oauth/token"];
    for (const path of [...paths, "/oauth/register", "/callback", "/.well-known/jwks.json"]) {
      const response = await gatehouse.fetch(path);
      expect(response.status, path).toBe(404);
      expect(await documentOf(response), path).toMatchObject({ error: "not_found" });
    }
  });
});

describe("the token's audience", () => {
  it("is the resource that is called: /mcp and /sse are two", async () => {
    const { authority, gatehouse } = await start();
    const stream = async (aud: string) => {
      const headers = { authorization: `Bearer ${await authority.token({ aud })}` };
      const response = await gatehouse.fetch("/sse", { headers, method: "POST" });
      return response.status;
    };
    expect(await stream("https://mcp.test/mcp")).toBe(401);
    // The token is good there, and the method is not.
    expect(await stream("https://mcp.test/sse")).toBe(405);
  });

  it("is TOKEN_AUDIENCE, exactly, where a server cannot name a URL", async () => {
    const aud = "0b4ccb5e-5b3c-4c0e-9f39-3e2f6f3c3c3c";
    const { authority, gatehouse } = await start({ TOKEN_AUDIENCE: aud });
    expect((await gatehouse.call(await authority.token({ aud }), "whoami")).status).toBe(200);
    expect((await gatehouse.call(await authority.token(), "whoami")).status).toBe(401);
  });
});

it("REQUIRED_SCOPES are asked of every token, whatever it is used for", async () => {
  const { authority, gatehouse } = await start({ REQUIRED_SCOPES: "mcp:tools mcp:more" });
  const narrow = await gatehouse.call(await authority.token(), "whoami");
  expect(narrow.status).toBe(403);
  expect(narrow.headers.get("www-authenticate")).toMatch(
    /error="insufficient_scope".*scope="mcp:tools mcp:more/,
  );
  const scope = "mcp:more account:read mcp:tools";
  expect((await gatehouse.call(await authority.token({ scope }), "whoami")).status).toBe(200);
});

it("a session id of one person or client is nothing to another", async () => {
  const { authority, gatehouse } = await start();
  const open = async (token: string, sessionId?: string) =>
    gatehouse.fetch("/mcp", {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        accept: "application/json, text/event-stream",
        "content-type": "application/json",
        ...(sessionId !== undefined && { "mcp-session-id": sessionId }),
      },
      body: JSON.stringify({
        jsonrpc: "2.0",
        id: 1,
        method: sessionId === undefined ? "initialize" : "tools/list",
        params: {
          protocolVersion: "2025-06-18",
          capabilities: {},
          clientInfo: { name: "test", version: "1" },
        },
      }),
    });
  const opened = await open(await authority.token());
  const sessionId = opened.headers.get("mcp-session-id") ?? "";
  await opened.text();
  const same = await open(await authority.token(), sessionId);
  expect(same.status).toBe(200);
  await same.text();
  expect((await open(await authority.token({ sub: "person-2" }), sessionId)).status).toBe(404);
  expect((await open(await authority.token({ client_id: "client-2" }), sessionId)).status).toBe(
    404,
  );
});

it("the same subject at two kinds of authority is the same person here", async () => {
  const { authority, gatehouse } = await start();
  await script(
    authority.paths.introspection,
    json({
      active: true,
      sub: "person-1",
      aud: "https://mcp.test/mcp",
      client_id: "client-1",
      scope: "account:read",
      exp: Math.floor(Date.now() / 1_000) + 300,
    }),
  );
  const introspecting = externalGatehouse({
    AUTH_MODE: "introspection",
    AS_ISSUER: authority.issuer,
    AS_CLIENT_ID: "gatehouse",
    AS_CLIENT_SECRET: "secret",
  });
  const [one, other] = [
    await gatehouse.use(await authority.token(), "whoami"),
    await introspecting.use("opaque", "whoami"),
  ];
  const userId = one.result?.structuredContent?.userId;
  expect(userId).toMatch(/^[\w-]{32}$/);
  expect(other.result?.structuredContent?.userId).toBe(userId);
});
