import { expect, inject, it, onTestFinished } from "vitest";
import { connectMcpRemote } from "../support/stdio-client.ts";

it.each(["/mcp", "/sse"])("mcp-remote signs in and calls at %s", async (path) => {
  const { client, close } = await connectMcpRemote(inject("origin") + path, "bob");
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
