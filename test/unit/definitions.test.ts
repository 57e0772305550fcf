import { describe, expect, it } from "vitest";
import * as z from "zod";
import { checkDefinitions, readServerFacts } from "../../dev/definition/server-facts.ts";
import { listTools } from "../../src/engine/mcp/operations";
import { createCatalogue } from "../../src/engine/tools/catalogue";
import { defineTool } from "../../src/engine/tools/define-tool";
import { defineToolset, type Toolset } from "../../src/engine/tools/define-toolset";
import { definitionProblems } from "../../src/engine/tools/definition-problems";
import { server } from "../../src/server";

const annotations = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
};

function toolsetOf(name: string, shape: { input?: z.ZodObject; output?: z.ZodObject }): Toolset {
  const { input = z.object({}), output = z.looseObject({}) } = shape;
  const texts = { title: name, description: "Does it." };
  const tool = defineTool({
    name,
    ...texts,
    scopes: [],
    annotations,
    input,
    output,
    run: () => ({}),
  });
  return defineToolset({ name: `set of ${name}`, scopes: [], tools: [tool] });
}

const dated = toolsetOf("dated", { input: z.object({ on: z.coerce.date() }) });

describe("the check of the definitions", () => {
  it("names the tool that has a schema without JSON Schema", () => {
    expect(definitionProblems([dated, toolsetOf("fine", {})])).toEqual([
      'The input of the tool "dated" has no JSON Schema: Date cannot be represented in JSON Schema. For dates, use z.iso.date() or z.iso.datetime().',
    ]);
    const transformed = z.object({ at: z.string().transform((text) => new Date(text)) });
    expect(definitionProblems([toolsetOf("late", { output: transformed })])).toEqual([
      expect.stringContaining('The output of the tool "late" has no JSON Schema'),
    ]);
  });

  it("names what two toolsets declare", () => {
    expect(definitionProblems([toolsetOf("same", {}), toolsetOf("same", {})])).toEqual([
      'Two toolsets declare "same"',
    ]);
  });

  // A bound, not a measurement: it builds the toolsets.
  it("takes the tools of this server as they are", { timeout: 60_000 }, async () => {
    await expect(checkDefinitions()).resolves.toBeUndefined();
  });
});

// A bound, not a measurement: it builds the toolsets.
it("the local authorization server knows every scope of the tools", {
  timeout: 60_000,
}, async () => {
  const { allScopes } = createCatalogue(server.toolsets, {
    has: ({ access }) => access.by === "exchange",
  });
  expect((await readServerFacts()).scopes).toEqual(allScopes.map(({ name }) => name));
});

it("a tool that cannot be listed takes no other away", () => {
  const catalogue = createCatalogue([dated, toolsetOf("fine", {})], { has: () => true });
  const principal = {
    userId: "alice",
    clientId: "client",
    clientName: "Client",
    resource: "https://mcp.example/mcp",
    scopes: [],
    identity: { issuer: "https://id.example", subject: "1" },
    expiresAtSeconds: 0,
  };
  const listed = listTools(catalogue, { principal, isAdmin: false });
  expect(listed.map(({ name }) => name)).toEqual(["fine"]);
});
