import * as z from "zod";
import { DefinitionError } from "../lib/definition-error";
import type { AnyTool } from "./define-tool";
import type { JsonObjectSchema } from "./json-schema";

/** The argument that goes on, and the members of the output that say how and what is left. */
export const CONTINUE_FROM = "continue_from";
export const LEFT_OUT = "left_out";

const argumentsSchema = z.record(z.string(), z.unknown());

/** The arguments of a call, and its cursor apart. */
export function splitCursor(args: unknown): { readonly rest: unknown; readonly cursor: unknown } {
  const given = argumentsSchema.safeParse(args);
  if (!given.success) return { rest: args, cursor: undefined };
  const { [CONTINUE_FROM]: cursor, ...rest } = given.data;
  return { rest, cursor };
}

/** @throws DefinitionError when the tool has such an argument itself. */
export function inputWithCursor(tool: AnyTool): JsonObjectSchema {
  return withMembers(tool, tool.inputSchema(), CONTINUE_ARGUMENT);
}

/** @throws DefinitionError when the output has no such list, or members of these names itself. */
export function outputWithCursor(tool: AnyTool, list: string): JsonObjectSchema {
  return withMembers(tool, listed(tool, list), FITTED_MEMBERS);
}

/** As JSON Schema. */
export const CONTINUE_ARGUMENT = {
  [CONTINUE_FROM]: {
    type: "string",
    description:
      "Of the result before, to go on where it ended. Repeat all other arguments as they were.",
  },
};

/** As JSON Schema. */
export const FITTED_MEMBERS = {
  [LEFT_OUT]: { type: "string", description: "What is not shown" },
  [CONTINUE_FROM]: { type: "string", description: "The argument that gets the rest" },
};

const propertiesSchema = z.record(z.string(), z.unknown());

/** @throws DefinitionError when the tool has one of them itself. */
function withMembers(
  { name }: AnyTool,
  schema: JsonObjectSchema,
  members: Readonly<Record<string, unknown>>,
): JsonObjectSchema {
  const properties = propertiesOf(schema);
  const taken = Object.keys(members).find((member) => Object.hasOwn(properties, member));
  if (taken !== undefined) {
    throw new DefinitionError(`The tool "${name}" has "fit" and cannot have its own "${taken}"`);
  }
  return withProperties(schema, members);
}

/** The properties that a JSON Schema declares at its root. */
export function propertiesOf(schema: JsonObjectSchema): Record<string, unknown> {
  return propertiesSchema.parse(schema.properties ?? {});
}

export function withProperties(
  schema: JsonObjectSchema,
  members: Readonly<Record<string, unknown>>,
): JsonObjectSchema {
  return { ...schema, properties: { ...propertiesOf(schema), ...members } };
}

/** @throws DefinitionError when the output has no such list. */
function listed(tool: AnyTool, list: string): JsonObjectSchema {
  const schema = tool.outputSchema();
  const member = propertiesOf(schema)[list];
  if (z.object({ type: z.literal("array") }).safeParse(member).success) return schema;
  throw new DefinitionError(`The output of the tool "${tool.name}" has no list "${list}" to fit`);
}
