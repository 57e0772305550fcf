import * as z from "zod";
import { DefinitionError } from "../lib/definition-error";
import type { AnyTool } from "./define-tool";
import type { JsonObjectSchema } from "./json-schema";

/** The argument that goes on, and the members of the output that say how and what is left. */
export const CONTINUE_FROM = "continue_from";
export const LEFT_OUT = "left_out";

/** @throws DefinitionError when the tool has such an argument itself. */
export function inputWithCursor(tool: AnyTool): JsonObjectSchema {
  return withMembers(tool, tool.inputSchema(), CONTINUE_ARGUMENT);
}

/** @throws DefinitionError when the output has no such list, or members of these names itself. */
export function outputWithCursor(tool: AnyTool, list: string): JsonObjectSchema {
  return withMembers(tool, listed(tool, list), FITTED_MEMBERS);
}

const CONTINUE_ARGUMENT = {
  [CONTINUE_FROM]: {
    type: "string",
    description:
      "Of the result before, to go on where it ended. Repeat all other arguments as they were.",
  },
};

const FITTED_MEMBERS = {
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
  const properties = propertiesSchema.parse(schema.properties ?? {});
  const taken = Object.keys(members).find((member) => Object.hasOwn(properties, member));
  if (taken !== undefined) {
    throw new DefinitionError(`The tool "${name}" has "fit" and cannot have its own "${taken}"`);
  }
  return { ...schema, properties: { ...properties, ...members } };
}

/** @throws DefinitionError when the output has no such list. */
function listed(tool: AnyTool, list: string): JsonObjectSchema {
  const schema = tool.outputSchema();
  const member = propertiesSchema.parse(schema.properties ?? {})[list];
  if (z.object({ type: z.literal("array") }).safeParse(member).success) return schema;
  throw new DefinitionError(`The output of the tool "${tool.name}" has no list "${list}" to fit`);
}
