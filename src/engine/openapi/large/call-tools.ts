import * as z from "zod";
import { type ParsedArguments, parseArguments } from "../../tools/arguments";
import type { Tool } from "../../tools/define-tool";
import { jsonSchemaOf } from "../../tools/json-schema";
import { toolOf } from "../../tools/tool-of";
import type { Operation } from "../operation";
import { callOperation, type OperationCall } from "../operation-call";
import { ANSWER_SCHEMA } from "../operation-tool";
import { type Kind, kindOf, type OperationSet } from "./operation-set";
import type { ToolNames } from "./tool-names";

type Call = OperationCall & { readonly operation: Operation };

const operationName = z.string().min(1).max(128);

/** Some models give an object as its JSON. */
const argumentsSchema = z
  .record(z.string(), z.unknown())
  .default({})
  .describe("As describe_operation shows them");

const writeSchema = z.object({
  operation: operationName.describe("The operation's name"),
  arguments: argumentsSchema,
});

const readSchema = writeSchema.extend({
  fields: z
    .array(z.string().min(1).max(200))
    .min(1)
    .max(50)
    .optional()
    .describe('What of the answer to return, such as ["items.id", "items.title"]; all by default'),
  continue_from: z
    .string()
    .max(1_000)
    .optional()
    .describe("Of the result before, to go on where it ended. Repeat all else as it was."),
});

const ANNOTATIONS = {
  read: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  write: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
} as const;

/**
 * Calls any operation of a kind. Reading and writing are two tools, so that a person can allow their client the one
 * and be asked for the other.
 */
export function callTool(
  kind: Kind,
  operations: OperationSet,
  names: ToolNames,
  about: string,
): Tool {
  const schema = kind === "read" ? readSchema : writeSchema;
  const does = kind === "read" ? "only reads" : "changes something";
  return toolOf<Call, unknown>({
    name: names[kind],
    title: kind === "read" ? `Read from ${about}` : `Change something in ${about}`,
    description: `Calls an operation of ${about} that ${does}, as ${names.describe} shows it.`,
    annotations: ANNOTATIONS[kind],
    scopes: {
      among: operations.scopesOf(kind),
      needed: ({ operation }) => operation.compiled.scopes,
    },
    inputSchema: () => jsonSchemaOf(schema, "input"),
    outputSchema: () => ANSWER_SCHEMA,
    parse: (args) => parsedCall(kind, operations, names, args),
    // A name of a fixed set, never the client's text.
    safeArguments(args) {
      const { success, data } = z.object({ operation: operationName }).safeParse(args);
      const known = success ? operations.find(data.operation) : undefined;
      return known && { operation: known.compiled.name };
    },
    run: ({ operation, ...call }, context) => callOperation(operation, call, context),
  });
}

function parsedCall(
  kind: Kind,
  operations: OperationSet,
  names: ToolNames,
  args: unknown,
): ParsedArguments<Call> {
  const parsed = parseArguments<typeof readSchema | typeof writeSchema>(
    kind === "read" ? readSchema : writeSchema,
    withObject(args),
  );
  if (!parsed.ok) return parsed;
  const { operation: name, arguments: inner } = parsed.args;
  const operation = operations.find(name);
  if (operation === undefined) return { ok: false, message: operations.unknown(name) };
  if (kindOf(operation) !== kind) {
    const does = kind === "read" ? "changes something" : "only reads";
    return { ok: false, message: `${name} ${does}: call it with ${names[kindOf(operation)]}` };
  }
  const checked = operation.parse(inner);
  if (!checked.ok) return checked;
  return {
    ok: true,
    args: {
      operation,
      args: checked.args,
      ...("fields" in parsed.args && { fields: parsed.args.fields }),
      ...("continue_from" in parsed.args && { cursor: parsed.args.continue_from }),
    },
  };
}

const textSchema = z.looseObject({ arguments: z.string() });

/** The same call, with `arguments` read where they came as JSON in a text. */
function withObject(args: unknown): unknown {
  const { success, data } = textSchema.safeParse(args);
  if (!success) return args;
  try {
    return { ...data, arguments: JSON.parse(data.arguments) };
  } catch {
    return args;
  }
}
