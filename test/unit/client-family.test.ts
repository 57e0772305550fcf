import { expect, it } from "vitest";
import { clientFamilyOf } from "../../src/engine/telemetry/client-family";

it.each([
  [["Claude"], "python-httpx/0.28.1", "claude"],
  [["Claude Code (gatehouse)"], "claude-code/2.1.204 (cli)", "claude"],
  [[], "Claude-User (claude-code/2.0.0; +https://support.anthropic.com)", "claude"],
  [["ChatGPT"], "openai-mcp/1.0.0", "chatgpt"],
  [[], "openai-mcp/1.0.0 (+https://openai.com/bot)", "chatgpt"],
  [["Codex"], "codex_cli_rs/0.40", "chatgpt"],
  [["Cursor"], "Cursor/2.4.0 (linux x64)", "cursor"],
  [[], "Mozilla/5.0 (X11) AppleWebKit/537.36 Cursor/2.4.0 Chrome/138 Electron/37", "cursor"],
  [["Visual Studio Code"], "node", "vscode"],
  [[], "Mozilla/5.0 (X11) Code/1.105.0 Chrome/138 Electron/37", "vscode"],
  [["MCP Inspector"], "Mozilla/5.0 (X11) Chrome/138", "inspector"],
  [["MCP CLI Proxy"], "node", "mcp-remote"],
  [[undefined, "claude-ai (via mcp-remote 0.1.37)"], null, "mcp-remote"],
  [["My agent", "cursor-vscode"], "undici", "cursor"],
  [["My agent"], "node", "sdk"],
  [["My agent"], "python-httpx/0.28.1", "sdk"],
  [[], "Go-http-client/2.0", "sdk"],
  [[], "Mozilla/5.0 (X11; Linux x86_64) Chrome/138", "browser"],
  [["My agent"], null, "other"],
  [[""], "", "other"],
  [[], "curl/8.5", "other"],
  [["excursor"], "nodejs-like", "other"],
])("%j with %j is of the family %s", (names, userAgent, family) => {
  expect(clientFamilyOf(names, userAgent)).toBe(family);
});

it("is quick with texts that are made to be slow", () => {
  const startedAtMs = performance.now();
  clientFamilyOf([`${"mcp ".repeat(20_000)}`, "[".repeat(50_000)], "vs ".repeat(20_000));
  expect(performance.now() - startedAtMs).toBeLessThan(200);
});
