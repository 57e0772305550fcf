import { DefinitionError } from "../lib/definition-error";
import { createCatalogue } from "./catalogue";
import type { AnyTool } from "./define-tool";
import type { AnyToolset } from "./define-toolset";

/**
 * Finds problems in well-formed toolsets that a running server would notice only when a client lists its
 * tools. It makes every JSON Schema, so no isolate does this: `npm run check`, `npm start`, `npm run deploy`
 * and wrangler's builds do (dev/definition/).
 *
 * @returns one line per problem, with the tool's name.
 */
export function definitionProblems(toolsets: readonly AnyToolset[]): string[] {
  return [
    ...problemsIn(() => createCatalogue(toolsets, { has: () => true })),
    ...toolsets.flatMap(({ tools }) => tools.flatMap(toolProblems)),
  ];
}

function toolProblems(tool: AnyTool): string[] {
  const texts = Object.entries({ title: tool.title, description: tool.description });
  return [
    ...problemsIn(() => tool.inputSchema()),
    ...problemsIn(() => tool.outputSchema()),
    ...texts
      .filter(([, text]) => text.trim() === "")
      .map(([what]) => `The tool "${tool.name}" has no ${what}.`),
  ];
}

function problemsIn(work: () => unknown): string[] {
  try {
    work();
    return [];
  } catch (error) {
    if (error instanceof DefinitionError) return [error.message];
    throw error;
  }
}
