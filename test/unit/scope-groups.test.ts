import { describe, expect, it } from "vitest";
import * as z from "zod";
import { defineTool } from "../../src/engine/tools/define-tool";
import { defineToolset } from "../../src/engine/tools/define-toolset";
import { groupsOf } from "../../src/engine/tools/scope-groups";

function tool(name: string, scopes: readonly string[], readOnlyHint = true) {
  return defineTool({
    ...{ name, title: name, description: name, scopes },
    ...{ input: z.object({}), output: z.object({}) },
    annotations: {
      readOnlyHint,
      destructiveHint: !readOnlyHint,
      idempotentHint: true,
      openWorldHint: false,
    },
    run: () => ({}),
  });
}
const scope = (name: string, group?: string) => ({
  ...{ name, description: name, baseline: false },
  ...(group !== undefined && { group }),
});

const code = defineToolset({
  ...{ name: "code-host", displayName: "Code" },
  scopes: [
    scope("pulls", "Pull requests"),
    scope("issues", "Issues"),
    scope("merge", "Pull requests"),
  ],
  tools: [tool("list", ["issues"]), tool("merge", ["merge"], false), tool("read", ["pulls"])],
});
const plain = defineToolset({
  name: "my-notes",
  scopes: [scope("notes")],
  tools: [tool("notes", ["notes"]), tool("whoami", [])],
});

describe("the headings of scopes", () => {
  it("are the toolset's name, or the groups of its scopes, each with the tools that they open", () => {
    const groups = groupsOf([code, plain]);
    expect(
      groups.map(({ title, scopes, tools }) => [
        title,
        scopes.map(({ name, effect }) => `${name} ${effect}`),
        tools.map(({ name }) => name),
      ]),
    ).toEqual([
      ["Pull requests", ["pulls reads", "merge deletes"], ["merge", "read"]],
      ["Issues", ["issues reads"], ["list"]],
      ["My notes", ["notes reads"], ["notes", "whoami"]],
    ]);
  });

  it("lose no tool that needs no scope", () => {
    const toolset = defineToolset({
      name: "mixed",
      scopes: [scope("a", "About A")],
      tools: [tool("open", []), tool("a", ["a"])],
    });
    expect(groupsOf([toolset]).map(({ title, tools }) => [title, tools.length])).toEqual([
      ["About A", 1],
      ["Mixed", 1],
    ]);
  });
});
