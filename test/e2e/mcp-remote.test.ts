import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, inject, it, onTestFinished } from "vitest";
import { spoilAccessTokens } from "../support/mcp-remote-tokens.ts";
import { connectMcpRemote } from "../support/stdio-client.ts";

it.each([
  ["/mcp", []],
  ["/mcp", ["--protocol", "auto"]],
  ["/sse", []],
])("mcp-remote signs in and calls at %s %s", async (path, args) => {
  const { client, close } = await connectMcpRemote(inject("origin") + path, "bob", { args });
  onTestFinished(close);
  const { tools } = await client.listTools();
  expect(tools.map((tool) => tool.name)).toEqual([
    "calculator",
    "whoami",
    "save_note",
    "list_notes",
    "delete_note",
    "clear_notes",
  ]);
  const sum = await client.callTool({
    name: "calculator",
    arguments: { operation: "multiply", a: 6, b: 7 },
  });
  expect(sum.structuredContent).toEqual({ result: 42 });
  const me = await client.callTool({ name: "whoami" });
  expect(me.structuredContent).toMatchObject({ name: "Bob Example" });
});

const eras = [
  ["legacy", []],
  ["modern", ["--protocol", "auto"]],
] as const;

it.each(eras)("mcp-remote (%s) asks for more when a call needs it", async (_era, args) => {
  const { client, close } = await connectMcpRemote(`${inject("origin")}/mcp`, "alice", { args });
  onTestFinished(close);
  const report = await client.callTool({ name: "usage_report" }, undefined, { timeout: 60_000 });
  expect(report.structuredContent).toMatchObject({ people: expect.any(Number) });
});

it.each(eras)("mcp-remote (%s) refreshes its token, and signs nobody in", async (_era, args) => {
  const configDir = await mkdtemp(join(tmpdir(), "mcp-remote-"));
  onTestFinished(() => rm(configDir, { recursive: true, force: true }));
  const url = `${inject("origin")}/mcp`;
  const first = await connectMcpRemote(url, "bob", { configDir, args });
  await first.client.callTool({ name: "whoami" });
  await first.close();

  expect(await spoilAccessTokens(configDir)).toBe(1);
  // Were it to open the browser, it would come back as alice.
  const second = await connectMcpRemote(url, "alice", { configDir, args });
  onTestFinished(second.close);
  const me = await second.client.callTool({ name: "whoami" });
  expect(me.structuredContent).toMatchObject({ name: "Bob Example" });
});
