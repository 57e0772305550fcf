import * as z from "zod";

export type JsonObjectSchema = { type: "object"; [keyword: string]: unknown };

const jsonObjectSchema = z.looseObject({ type: z.literal("object") });

/**
 * A schema as JSON Schema 2020-12. That of an input says what `parseArguments` does: objects take no names
 * that they do not declare.
 *
 * @throws Error when it has none, as a date has, or a transformation in an output.
 */
export function jsonSchemaOf(schema: z.ZodObject, io: "input" | "output"): JsonObjectSchema {
  const json = z.toJSONSchema(schema, {
    io,
    target: "draft-2020-12",
    ...(io === "input" && { override: closeObject }),
  });
  return jsonObjectSchema.parse(json);
}

function closeObject({ zodSchema, jsonSchema }: Parameters<Override>[0]): void {
  if (zodSchema instanceof z.ZodObject && zodSchema.def.catchall === undefined) {
    jsonSchema.additionalProperties = false;
  }
  // Each part would refuse the names of the other.
  if (zodSchema instanceof z.ZodIntersection) {
    for (const part of jsonSchema.allOf ?? []) {
      if (typeof part === "object") delete part.additionalProperties;
    }
  }
}

type Override = NonNullable<z.core.ToJSONSchemaParams["override"]>;
