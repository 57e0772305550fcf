import { describe, expect, it } from "vitest";
import { ConfigError } from "../../src/engine/config";
import { isAllowedClient, mayRegister } from "../../src/engine/grants/allowed-clients";
import type { OwnAuthorization } from "../../src/engine/own-authorization";
import { configOf } from "../worker/server.ts";

const valid = {
  SESSION_SECRET: "x".repeat(32),
  OIDC_ISSUER: "https://idp.example",
  OIDC_CLIENT_ID: "gatehouse",
};

function policyOf(ALLOWED_CLIENTS: string, PRIVATE_USE_REDIRECT_URIS = "off"): OwnAuthorization {
  const { authorization } = configOf({ ...valid, ALLOWED_CLIENTS, PRIVATE_USE_REDIRECT_URIS });
  if (authorization.mode !== "provider") throw new TypeError("Not the mode of this test");
  return authorization;
}

function problemsWith(list: string, more: object = {}): readonly string[] {
  try {
    configOf({ ...valid, ALLOWED_CLIENTS: list, ...more });
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
  }
  return [];
}

const REGISTERED = "aRegisteredClient";
const allows = (list: string, redirectUri: string, clientId = REGISTERED) =>
  isAllowedClient(policyOf(list), clientId, redirectUri);

describe("a client that registered itself", () => {
  it.each([
    ["", "https://any.example/callback"],
    ["any", "https://any.example/callback"],
    ["claude", "https://claude.ai/api/mcp/auth_callback"],
    ["claude", "https://claude.com/api/mcp/auth_callback"],
    ["chatgpt", "https://chatgpt.com/connector_platform_oauth_redirect"],
    ["chatgpt", "https://chatgpt.com/connector/oauth/aip_123"],
    ["cursor", "https://www.cursor.com/agents/mcp/oauth/callback"],
    ["cursor", "http://localhost:8787/callback"],
    ["vscode", "https://vscode.dev/redirect"],
    ["vscode", "https://insiders.vscode.dev/redirect"],
    ["vscode", "http://127.0.0.1:33418/"],
    ["vscode", "http://127.0.0.1:51234/"],
    ["loopback", "http://localhost:3334/oauth/callback"],
    ["loopback", "http://127.0.0.1/"],
    ["loopback", "http://[::1]:8080/callback"],
    ["https://app.example.com", "https://app.example.com/any/callback?with=query"],
    ["https://app.example.com:8443", "https://app.example.com:8443/callback"],
    ["https://app.example.com/callback", "https://app.example.com/callback"],
    ["claude, https://app.example.com", "https://app.example.com/callback"],
  ])("is let in by %j at %s", (list, redirectUri) => {
    expect(allows(list, redirectUri)).toBe(true);
  });

  it.each([
    ["claude", "https://claude.ai/api/mcp/auth_callback/more"],
    ["claude", "https://claude.ai/api/mcp/auth_callback?to=https://evil.example"],
    ["claude", "https://claude.ai/"],
    ["claude", "https://claude.ai.evil.example/api/mcp/auth_callback"],
    ["claude", "https://claude.ai@evil.example/api/mcp/auth_callback"],
    ["claude", "https://evil.example/https://claude.ai/api/mcp/auth_callback"],
    ["claude", "https://user@claude.ai/api/mcp/auth_callback"],
    ["claude", "https://claude.ai:8443/api/mcp/auth_callback"],
    ["claude", "http://claude.ai/api/mcp/auth_callback"],
    ["claude", "https://cl\u0430ude.ai/api/mcp/auth_callback"],
    ["claude", "http://localhost:3334/callback"],
    ["claude", "https://chatgpt.com/connector_platform_oauth_redirect"],
    ["chatgpt", "https://chatgpt.com/connector/oauth/../../share/evil"],
    ["chatgpt", "https://chatgpt.com/connector/oauth/%2e%2e/%2E%2E/share/evil"],
    ["chatgpt", "https://chatgpt.com\\@evil.example/connector/oauth/x"],
    ["cursor", "http://localhost:8787/other"],
    ["cursor", "http://127.0.0.1:8787/callback"],
    ["vscode", "https://vscode.dev/redirect/more"],
    ["loopback", "https://localhost/callback"],
    ["loopback", "http://localhost.evil.example/callback"],
    ["loopback", "http://127.0.0.1.evil.example/callback"],
    ["loopback", "http://localhost@evil.example/callback"],
    ["loopback", "http://192.168.0.1/callback"],
    ["loopback", "http://0.0.0.0/callback"],
    ["loopback", "https://any.example/callback"],
    ["https://app.example.com", "https://app.example.com.evil.example/"],
    ["https://app.example.com", "https://sub.app.example.com/"],
    ["https://app.example.com", "http://app.example.com/"],
    ["https://app.example.com", "https://app.example.com:8443/"],
    ["https://app.example.com/callback", "https://app.example.com/other"],
    ["metadata:app.example.com", "https://app.example.com/callback"],
    ["claude", ""],
    ["claude", "not a URL"],
    ["claude", "javascript:alert(1)"],
  ])("is not let in by %j at %s", (list, redirectUri) => {
    expect(allows(list, redirectUri)).toBe(false);
  });

  it("is let in at an app's own scheme only where those are taken at all", () => {
    const uri = "cursor://anysphere.cursor-mcp/oauth/callback";
    expect(isAllowedClient(policyOf("cursor"), REGISTERED, uri)).toBe(false);
    expect(isAllowedClient(policyOf("cursor", "on"), REGISTERED, uri)).toBe(true);
    expect(isAllowedClient(policyOf("cursor", "on"), REGISTERED, "cursor://evil/callback")).toBe(
      false,
    );
    expect(isAllowedClient(policyOf("loopback", "on"), REGISTERED, uri)).toBe(false);
  });
});

describe("a client that is known by its metadata document", () => {
  const LOOPBACK = "http://localhost:51234/callback";

  it.each([
    ["claude", "https://claude.ai/oauth/claude-code-client-metadata"],
    ["chatgpt", "https://chatgpt.com/oauth/codex/client.json"],
    ["vscode", "https://vscode.dev/oauth/client-metadata.json"],
    ["metadata:app.example.com", "https://app.example.com/client.json"],
    ["metadata:app.example.com:8443", "https://app.example.com:8443/client.json"],
    ["loopback", "https://any.example/client.json"],
  ])("is let in by %j as %s, at a loopback address", (list, clientId) => {
    expect(allows(list, LOOPBACK, clientId)).toBe(true);
  });

  it.each([
    ["claude", "https://claude.ai.evil.example/oauth/client.json"],
    ["claude", "https://evil.example/claude.ai/client.json"],
    ["claude", "https://claude.ai@evil.example/client.json"],
    ["claude", "https://sub.claude.ai/client.json"],
    ["claude", "https://claude.ai/redirect?to=https://evil.example"],
    ["claude", "https://claude.ai/oauth/claude-code-client-metadata?x"],
    ["vscode", "https://vscode.dev/redirect"],
    ["claude", "https://claude.ai:8443/client.json"],
    ["claude", "http://claude.ai/client.json"],
    ["claude", "claude.ai"],
    ["metadata:app.example.com", "https://app.example.com:8443/client.json"],
    // Whoever may be sent an answer may not, for that, vouch for another address.
    ["https://app.example.com", "https://app.example.com/client.json"],
  ])("is not let in by %j as %s", (list, clientId) => {
    expect(allows(list, LOOPBACK, clientId)).toBe(false);
  });
});

describe("a registration", () => {
  const cursor = {
    redirect_uris: [
      "cursor://anysphere.cursor-mcp/oauth/callback",
      "https://www.cursor.com/agents/mcp/oauth/callback",
      "http://localhost:8787/callback",
    ],
  };

  it.each(["", "any", "cursor", "loopback", "claude, loopback"])(
    "of several addresses needs one that %j allows",
    (list) => {
      expect(mayRegister(policyOf(list), cursor)).toBe(true);
    },
  );

  it.each<[string, unknown]>([
    ["none that is allowed", cursor],
    ["no addresses", { redirect_uris: [] }],
    ["addresses that are no list", { redirect_uris: "https://claude.ai/api/mcp/auth_callback" }],
    ["nothing at all", undefined],
  ])("with %s is refused", (_what, metadata) => {
    expect(mayRegister(policyOf("claude"), metadata)).toBe(false);
  });

  it("does not count an address that it could never use", () => {
    const metadata = { redirect_uris: [cursor.redirect_uris[0], "https://evil.example/callback"] };
    expect(mayRegister(policyOf("cursor"), metadata)).toBe(false);
    expect(mayRegister(policyOf("cursor", "on"), metadata)).toBe(true);
  });
});

describe("an entry that is wrong", () => {
  it("is named by its place, with what to do", () => {
    const list =
      "claude, Claude, any, https://A.example, https://a.example/, http://a.example, metadata:, metadata:a.example/x, metadata:https://a.example, metadata:b@a.example, toString";
    const problems = problemsWith(list);
    expect(problems.map((problem) => /^ALLOWED_CLIENTS entry (\d+)/.exec(problem)?.[1])).toEqual([
      "2",
      "3",
      "4",
      "5",
      "6",
      "7",
      "8",
      "9",
      "10",
      "11",
    ]);
    expect(problems[0]).toContain("claude, chatgpt, cursor, vscode, loopback");
    expect(problems[2]).toContain("without a slash at the end");
    expect(problems.join("\n")).not.toContain("a.example");
  });

  it("includes a list without one, and text of a hidden kind", () => {
    expect(problemsWith(" , ")).toEqual([expect.stringMatching(/^ALLOWED_CLIENTS has no entry/)]);
    expect(problemsWith("metadata:\u0430pp.example")).toHaveLength(1);
  });

  it("is any at all where the clients are registered elsewhere", () => {
    const external = { AUTH_MODE: "jwt", AS_ISSUER: "https://as.example" };
    expect(problemsWith("claude", external)).toEqual([
      expect.stringMatching(/^ALLOWED_CLIENTS is for AUTH_MODE=provider/),
    ]);
    expect(problemsWith("any", external)).toEqual([]);
    expect(problemsWith("", external)).toEqual([]);
  });
});
