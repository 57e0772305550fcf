import * as z from "zod";
import { DEFAULT_BUDGET_TOKENS } from "../../answers/fit-answer";
import { jsonCost } from "../../answers/json-cost";
import { defineTool, type Tool, ToolError } from "../../tools/define-tool";
import type { JsonObjectSchema } from "../../tools/json-schema";
import { kindOf, type OperationSet } from "./operation-set";
import type { ToolNames } from "./tool-names";

const BUDGET_TOKENS = DEFAULT_BUDGET_TOKENS - 1_000;

/** Says how one operation is called, and what it answers. */
export function describeTool(operations: OperationSet, names: ToolNames, about: string): Tool {
  return defineTool({
    name: names.describe,
    title: `Describe an operation of ${about}`,
    description: `Shows the arguments of an operation that ${names.search} found, what it answers and what it needs. Read this before you call it.`,
    scopes: { among: operations.scopesOf(), needed: () => [] },
    input: z.object({ operation: z.string().min(1).max(128) }),
    output: z.object({
      operation: z.string(),
      title: z.string(),
      description: z.string(),
      request: z.string(),
      call_with: z.string(),
      scopes: z.array(z.string()),
      access: z.string().optional().describe("What the person has not given yet"),
      asks: z.string().optional().describe("What the person is asked before it is done"),
      arguments: z.looseObject({}).describe("JSON Schema"),
      answer: z.string().optional().describe("The shape of a good answer"),
      note: z.string().optional(),
    }),
    annotations: {
      readOnlyHint: true,
      destructiveHint: false,
      idempotentHint: true,
      openWorldHint: false,
    },
    run({ operation: name }, { principal }) {
      const operation = operations.find(name);
      if (operation === undefined) {
        throw new ToolError(operations.unknown(name), { code: "operation_unknown" });
      }
      const { title, description, method, path, scopes, confirm } = operation.compiled;
      const access = operations.missing(operation, principal.scopes);
      const { input, answer } = operation.detail;
      const isLong = jsonCost(input, BUDGET_TOKENS) > BUDGET_TOKENS;
      return {
        operation: name,
        title,
        description,
        request: `${method} ${path}`,
        call_with: names[kindOf(operation)],
        scopes: [...scopes],
        ...(access !== undefined && { access }),
        ...(confirm !== undefined && { asks: confirm }),
        arguments: isLong ? withoutDescriptions(input) : input,
        ...(answer.shape !== undefined && { answer: answer.shape }),
        ...(isLong && {
          note: "The descriptions of the arguments are left out: they are too long.",
        }),
      };
    },
  });
}

/** A schema with what it demands, and without what it says. A property named `description` stays. */
function withoutDescriptions(schema: JsonObjectSchema): JsonObjectSchema {
  return { ...Object.fromEntries(entriesOf(schema, false)), type: "object" };
}

function entriesOf(schema: object, isNames: boolean): (readonly [string, unknown])[] {
  return Object.entries(schema)
    .filter(([keyword]) => isNames || !["description", "examples", "example"].includes(keyword))
    .map(([keyword, value]) => [keyword, inner(value, !isNames && NAMES.has(keyword))] as const);
}

function inner(value: unknown, isNames: boolean): unknown {
  if (Array.isArray(value)) return value.map((item) => inner(item, false));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(entriesOf(value, isNames));
}

/** Below these are names of the API, not keywords. */
const NAMES = new Set(["properties", "$defs", "patternProperties", "dependentSchemas"]);
