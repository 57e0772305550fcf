import { describe, expect, it } from "vitest";
import { connect, request } from "./as-client.ts";
import { initialize, post } from "./mcp-client.ts";
import { TEST_ORIGIN } from "./origin.ts";

const baseline = [
  "op:add",
  "op:sub",
  "op:mult",
  "op:div",
  "account:read",
  "notes:read",
  "notes:write",
];

describe("discovery", () => {
  it("challenges a request without a token, naming metadata and scopes", async () => {
    for (const path of ["/mcp", "/sse"]) {
      const response = await request(path);
      expect(response.status).toBe(401);
      const challenge = response.headers.get("www-authenticate");
      expect(challenge).toContain(
        `resource_metadata="${TEST_ORIGIN}/.well-known/oauth-protected-resource${path}"`,
      );
      expect(challenge).toContain(`scope="${baseline.join(" ")}"`);
    }
  });

  it("publishes a document for each protected resource, and that of /mcp at the root", async () => {
    const prefix = "/.well-known/oauth-protected-resource";
    for (const [path, resource] of [
      [`${prefix}/mcp`, "/mcp"],
      [`${prefix}/sse`, "/sse"],
      [prefix, "/mcp"],
    ]) {
      const response = await request(path ?? "");
      expect(response.status).toBe(200);
      expect(await response.json()).toEqual({
        resource: `${TEST_ORIGIN}${resource}`,
        authorization_servers: [TEST_ORIGIN],
        scopes_supported: baseline,
        bearer_methods_supported: ["header"],
        resource_name: "Gatehouse",
      });
    }
  });

  it("publishes the authorization server's metadata", async () => {
    const response = await request("/.well-known/oauth-authorization-server");
    expect(await response.json()).toMatchObject({
      issuer: TEST_ORIGIN,
      authorization_endpoint: `${TEST_ORIGIN}/authorize`,
      token_endpoint: `${TEST_ORIGIN}/oauth/token`,
      registration_endpoint: `${TEST_ORIGIN}/oauth/register`,
      revocation_endpoint: `${TEST_ORIGIN}/oauth/token`,
      protected_resources: [`${TEST_ORIGIN}/mcp`, `${TEST_ORIGIN}/sse`],
      scopes_supported: expect.toSatisfy(
        (scopes: string[]) =>
          [...scopes].sort().join() === [...baseline, "op:*", "usage:read"].sort().join(),
      ),
      response_types_supported: ["code"],
      code_challenge_methods_supported: ["S256"],
      token_endpoint_auth_methods_supported: expect.arrayContaining(["none"]),
      authorization_response_iss_parameter_supported: true,
      client_id_metadata_document_supported: true,
    });
  });

  it("answers other .well-known paths with a JSON 404, even to a browser", async () => {
    for (const path of [
      "/.well-known/openid-configuration",
      "/.well-known/oauth-authorization-server/mcp",
      "/.well-known/oauth-protected-resource/other",
      "/.well-known/anything",
    ]) {
      const response = await request(path, { headers: { accept: "text/html" } });
      expect(response.status, path).toBe(404);
      expect(await response.json(), path).toEqual({ error: "not_found" });
    }
  });

  it("refuses plain http, except on the developer's own machine", async () => {
    const { exports } = await import("cloudflare:workers");
    expect((await exports.default.fetch("http://mcp.test/")).status).toBe(421);
    expect((await exports.default.fetch("http://localhost:8788/")).status).toBe(200);
  });
});

describe("HEAD and OPTIONS", () => {
  const expectations: [path: string, head: number, options: number][] = [
    ["/", 200, 204],
    ["/llms.txt", 200, 204],
    ["/health", 200, 204],
    ["/authorize", 405, 204],
    ["/callback", 405, 204],
    ["/mcp", 401, 204],
    ["/sse", 401, 204],
    ["/sse/message", 401, 204],
    ["/oauth/token", 405, 204],
    ["/oauth/register", 405, 204],
    ["/.well-known/oauth-protected-resource", 200, 204],
    ["/.well-known/oauth-protected-resource/mcp", 200, 204],
    ["/.well-known/oauth-protected-resource/sse", 200, 204],
    ["/.well-known/oauth-authorization-server", 200, 204],
    ["/.well-known/other", 404, 404],
    ["/nowhere", 404, 404],
  ];

  it.each(expectations)("%s", async (path, head, options) => {
    const headed = await request(path, { method: "HEAD" });
    expect(headed.status).toBe(head);
    expect(await headed.text()).toBe("");
    const optioned = await request(path, { method: "OPTIONS" });
    expect(optioned.status).toBe(options);
  });
});

describe("origins", () => {
  it("refuses a foreign one on every MCP path, before the token is looked at", async () => {
    for (const path of ["/mcp", "/sse", "/sse/message"]) {
      for (const method of ["GET", "POST", "DELETE", "OPTIONS"]) {
        const response = await request(path, {
          method,
          headers: { origin: "https://evil.example" },
        });
        expect(response.status, `${method} ${path}`).toBe(403);
        expect(response.headers.get("access-control-allow-origin")).toBeNull();
      }
    }
  });

  it("lets an allowed one, and its own, read what they need", async () => {
    for (const origin of ["https://allowed.example", TEST_ORIGIN]) {
      const response = await request("/mcp", { method: "POST", headers: { origin } });
      expect(response.status).toBe(401);
      expect(response.headers.get("access-control-allow-origin")).toBe(origin);
      expect(response.headers.get("access-control-expose-headers")).toContain("WWW-Authenticate");
      const preflight = await request("/mcp", { method: "OPTIONS", headers: { origin } });
      expect(preflight.headers.get("access-control-allow-origin")).toBe(origin);
    }
  });

  it("lets an allowed one read the id of its session", async () => {
    const { access_token } = await connect();
    const { response } = await post(access_token, initialize(), {
      origin: "https://allowed.example",
    });
    expect(response.headers.get("mcp-session-id")).not.toBeNull();
    expect(response.headers.get("access-control-allow-origin")).toBe("https://allowed.example");
    const exposed = response.headers.get("access-control-expose-headers");
    expect(exposed).toContain("Mcp-Session-Id");
    expect(exposed).toContain("WWW-Authenticate");
  });

  it("does not mistake a look-alike for an allowed one", async () => {
    for (const origin of [
      "https://allowed.example.evil.example",
      "http://allowed.example",
      "https://allowed.example:8443",
      "null",
    ]) {
      expect((await request("/mcp", { headers: { origin } })).status, origin).toBe(403);
    }
  });
});
