import { expect, inject, it } from "vitest";
import { inspect } from "../support/inspector.ts";

it.each([
  ["/mcp", "http", "legacy"],
  ["/mcp", "http", "modern"],
  ["/sse", "sse", "legacy"],
] as const)("the Inspector's command line lists and calls at %s by %s, %s", async (...how) => {
  const [path, transport, era] = how;
  const url = inject("origin") + path;
  const listed = await inspect(url, transport, "--protocol-era", era, "--method", "tools/list");
  expect(listed).toContain('"calculator"');
  const args = ["operation=add", "a=5", "b=8"].flatMap((arg) => ["--tool-arg", arg]);
  const called = await inspect(
    url,
    transport,
    "--protocol-era",
    era,
    "--method",
    "tools/call",
    "--tool-name",
    "calculator",
    ...args,
  );
  expect(JSON.parse(called)).toMatchObject({ result: { structuredContent: { result: 13 } } });
});
