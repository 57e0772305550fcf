import type { CompiledOpenApi } from "../../src/engine/openapi/compiled.ts";

/**
 * The module that the toolset imports: a line for each operation, so that a change reads as one.
 *
 * @param name the toolset's.
 */
export function compiledFile(name: string, compiled: CompiledOpenApi): string {
  const { operations, ...head } = compiled;
  const members = Object.entries(head).map(([key, value]) => `  ${key}: ${JSON.stringify(value)},`);
  return [
    `// Generated from openapi.json and operations.yaml by: npm run openapi -- --name ${name}`,
    "// Do not edit: npm run check compares.",
    'import type { CompiledOpenApi } from "../../engine/openapi/compiled";',
    "",
    "export const compiled = {",
    ...members,
    "  operations: [",
    ...operations.map((operation) => `    ${JSON.stringify(operation)},`),
    "  ],",
    "} satisfies CompiledOpenApi;",
    "",
  ].join("\n");
}
