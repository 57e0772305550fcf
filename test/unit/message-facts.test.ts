import { describe, expect, it } from "vitest";
import { messageFacts } from "../../src/engine/telemetry/message-facts";
import { routeNameOf } from "../../src/engine/telemetry/route-name";

const facts = (message: unknown) => messageFacts(message, (name) => name === "calculator");

describe("what telemetry has of a message", () => {
  it("is its method and the name of a tool that is there", () => {
    const params = { name: "calculator", arguments: { name: "Alice" } };
    expect(facts({ method: "tools/call", params })).toMatchObject({
      rpcMethod: "tools/call",
      tool: "calculator",
    });
  });

  it("is no text of the client's", () => {
    expect(facts({ method: "tools/call", params: { name: "secret-1" } }).tool).toBe("unknown");
    expect(facts({ method: "prompts/get", params: { name: "calculator" } }).tool).toBe(undefined);
    expect(facts({ method: "secret-2" })).toEqual({ rpcMethod: "other" });
    expect(facts({ method: "__proto__" })).toEqual({ rpcMethod: "other" });
  });

  it.each([
    [[{ method: "ping" }], "batch"],
    [{ id: 1, result: {} }, "response"],
    ["text", "other"],
    [null, "other"],
    [{ method: 7 }, "other"],
    [{ method: "tools/list", params: "wrong" }, "tools/list"],
    [{ method: "tools/call", params: { name: 7 } }, "tools/call"],
  ])("of %j it is %s", (message, rpcMethod) => {
    expect(facts(message).rpcMethod).toBe(rpcMethod);
  });

  it("is the client's name in both eras", () => {
    const clientInfo = { name: "cursor-vscode", version: "1" };
    const _meta = { "io.modelcontextprotocol/clientInfo": clientInfo };
    expect(facts({ method: "initialize", params: { clientInfo } }).clientName).toBe(
      "cursor-vscode",
    );
    expect(facts({ method: "tools/list", params: { _meta } }).clientName).toBe("cursor-vscode");
  });
});

describe("the name of a route", () => {
  it.each([
    ["/", "/"],
    ["/sse/message", "/sse/message"],
    ["/mcp/secret", "other"],
    ["/connections/secret/end", "/connections/*"],
    ["/.well-known/oauth-protected-resource/mcp", "/.well-known/oauth-protected-resource/*"],
    ["/.well-known/secret", "other"],
    ["/Authorize", "other"],
  ])("of %s is %s", (path, name) => {
    expect(routeNameOf(path)).toBe(name);
  });
});
