import { describe, expect, it } from "vitest";
import * as z from "zod";
import { createCatalogue } from "../../src/engine/tools/catalogue";
import { defineTool } from "../../src/engine/tools/define-tool";
import { defineToolset } from "../../src/engine/tools/define-toolset";
import { server } from "../worker/server.ts";

/** Everything there is, whatever the configuration reaches. */
const { allScopes, allTools } = createCatalogue(server.toolsets, { has: () => true });

const annotations = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
};

function tool(name: string, scopes: readonly string[]) {
  return defineTool({
    name,
    title: name,
    description: name,
    scopes,
    annotations,
    input: z.object({}),
    output: z.object({}),
    run: () => ({}),
  });
}

const scope = (name: string) => ({ name, description: name, baseline: true });

describe("defineToolset", () => {
  it("refuses a scope that nobody could grant, that nothing needs, or that is no token", () => {
    const declare = (scopes: string[], needed: string[]) => () =>
      defineToolset({ name: "t", scopes: scopes.map(scope), tools: [tool("a", needed)] });
    expect(declare(["x"], ["x"])).not.toThrow();
    expect(declare([], ["x"])).toThrow('the scope "x" is used but not declared');
    expect(declare(["x", "y"], ["x"])).toThrow('the scope "y" is declared but not used');
    expect(declare(["x y"], ["x y"])).toThrow('"x y" is not a scope-token');
  });
});

describe("defineTool", () => {
  it("refuses a name that MCP does not allow", () => {
    for (const name of ["", "two words", "ä", "x".repeat(129)]) {
      expect(() => tool(name, [])).toThrow("The tool name");
    }
  });
});

describe("the catalogue", () => {
  it("says of each tool and scope what a person and a model need to know", () => {
    for (const { name, title, description } of allTools) {
      expect(title.length, name).toBeGreaterThan(2);
      expect(description, name).toMatch(/^[A-Z].*\.$/);
    }
    for (const { name, description } of allScopes) {
      expect(description, name).toMatch(/^[A-Z].*[^.]$/);
    }
  });

  it("leaves out a toolset whose API the configuration does not reach, with its scopes", () => {
    const without = createCatalogue(server.toolsets, { has: () => false });
    const names = ({ allTools: tools }: typeof without) => tools.map(({ name }) => name);
    expect(names(without)).not.toContain("list_orders");
    expect(without.allScopes.map(({ name }) => name)).not.toContain("orders:read");
    expect(names(without)).toContain("calculator");
    expect(allTools.map(({ name }) => name)).toContain("list_orders");
  });

  it("guards every tool by a scope", () => {
    for (const { name, allScopes: scopes } of allTools)
      expect(scopes.length, name).toBeGreaterThan(0);
  });
});
