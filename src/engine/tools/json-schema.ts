import * as z from "zod";

export type JsonObjectSchema = { type: "object"; [keyword: string]: unknown };

const jsonObjectSchema = z.looseObject({ type: z.literal("object") });

/**
 * A schema as JSON Schema 2020-12. An input's says what `parseArguments` does: objects accept only the names
 * that they declare.
 *
 * @throws Error when there is none, as for a date, or a transformation in an output.
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
  // Each part would refuse the other part's names.
  if (zodSchema instanceof z.ZodIntersection) {
    for (const part of jsonSchema.allOf ?? []) {
      if (typeof part === "object") delete part.additionalProperties;
    }
  }
}

type Override = NonNullable<z.core.ToJSONSchemaParams["override"]>;
