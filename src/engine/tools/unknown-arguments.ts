import * as z from "zod";

/** An unknown name, where it is, and the known names in that place. */
export type UnknownArgument = {
  readonly path: readonly PropertyKey[];
  readonly name: string;
  readonly known: readonly string[];
};

const objectSchema = z.record(z.string(), z.unknown());

/**
 * What a schema would drop silently: names that its objects do not have, however deep. An object that
 * says what it does with other names, as `z.looseObject` and `.catchall()` do, is skipped.
 *
 * @param value one that the schema accepts.
 */
export function unknownArguments(
  schema: z.core.$ZodType,
  value: unknown,
  path: readonly PropertyKey[] = [],
): UnknownArgument[] {
  if (schema instanceof z.ZodObject) return unknownInObject(schema, value, path);
  if (schema instanceof z.ZodArray) {
    if (!Array.isArray(value)) return [];
    return value.flatMap((item, index) => unknownArguments(schema.element, item, [...path, index]));
  }
  if (schema instanceof z.ZodRecord) {
    return Object.entries(objectSchema.safeParse(value).data ?? {}).flatMap(([key, item]) =>
      unknownArguments(schema.valueType, item, [...path, key]),
    );
  }
  if (schema instanceof z.ZodUnion) {
    // Like zod: the first that accepts it.
    const taken = schema.options.find((option) => z.safeParse(option, value).success);
    return taken === undefined ? [] : unknownArguments(taken, value, path);
  }
  if (schema instanceof z.ZodPipe) return unknownArguments(schema.in, value, path);
  const inner = innerOf(schema);
  return inner === undefined ? [] : unknownArguments(inner, value, path);
}

function unknownInObject(
  { shape, def }: z.ZodObject,
  value: unknown,
  path: readonly PropertyKey[],
): UnknownArgument[] {
  const known = Object.keys(shape);
  return Object.entries(objectSchema.safeParse(value).data ?? {}).flatMap(([name, item]) => {
    const property = Object.hasOwn(shape, name) ? shape[name] : undefined;
    if (property !== undefined) return unknownArguments(property, item, [...path, name]);
    return def.catchall === undefined ? [{ path, name, known }] : [];
  });
}

/** The schema inside a wrapper that accepts the same objects. */
function innerOf(schema: z.core.$ZodType): z.core.$ZodType | undefined {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodNonOptional ||
    schema instanceof z.ZodReadonly ||
    schema instanceof z.ZodCatch ||
    schema instanceof z.ZodLazy
  ) {
    return schema.unwrap();
  }
  return undefined;
}
