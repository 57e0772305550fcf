import * as z from "zod";

/** What the generator reads of a JSON Schema; whatever else it says narrows a value and is not generated for. */
const schemaSchema = z.looseObject({
  $ref: z.string().optional(),
  $defs: z.record(z.string(), z.unknown()).optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  format: z.string().optional(),
  contentEncoding: z.string().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
  items: z.unknown().optional(),
  minItems: z.number().optional(),
  minimum: z.number().optional(),
  minLength: z.number().optional(),
  maxLength: z.number().optional(),
  oneOf: z.array(z.unknown()).optional(),
  anyOf: z.array(z.unknown()).optional(),
  allOf: z.array(z.unknown()).optional(),
});
type Schema = z.output<typeof schemaSchema>;

/** Deeper than this, only what is required. */
const DEPTH = 5;
/** Deeper than this, nothing: the schema would not end. */
const END = 12;

/** What must be encoded wherever it stands; no dot, which the style `label` uses itself. */
const TEXT = "a b&c=d+é/f";
/** Without what a header cannot carry, and what may stand between two items of a list. */
const PLAIN_TEXT = "a-b&c=d+/f";

/**
 * Arguments that fill in every parameter and the body, each value another.
 *
 * @param input the JSON Schema of an operation's arguments.
 * @param plain the arguments of which not all characters can be sent, such as headers.
 */
export function generatedArguments(
  input: unknown,
  plain: ReadonlySet<string> = new Set(),
): Record<string, unknown> {
  const root = schemaSchema.parse(input);
  const defs = root.$defs ?? {};
  let count = 0;
  let isPlain = false;

  function resolved(schema: unknown): Schema {
    const parsed = schemaSchema.safeParse(schema);
    if (!parsed.success) return {};
    const { $ref, ...siblings } = parsed.data;
    if ($ref === undefined) return parsed.data;
    const tokens = decodeURIComponent($ref)
      .replace(/^#\/\$defs\//, "")
      .split("/")
      .map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
    let target: unknown = defs;
    for (const token of tokens) {
      if (typeof target !== "object" || target === null || !Object.hasOwn(target, token))
        throw new Error(`The schema refers to ${$ref}, which it does not have`);
      target = Reflect.get(target, token);
    }
    return { ...resolved(target), ...siblings };
  }

  function value(schema: unknown, depth: number): unknown {
    const at = resolved(schema);
    if (depth > END) return undefined;
    if ("const" in at && at.const !== undefined) return at.const;
    const listed = at.enum?.find((candidate) => candidate !== null);
    if (listed !== undefined) return listed;
    const branch = (at.oneOf ?? at.anyOf)?.map(resolved).find(({ type }) => type !== "null");
    if (branch !== undefined || at.allOf !== undefined) {
      const parts = [{ ...at, oneOf: undefined, anyOf: undefined, allOf: undefined }];
      return merged([...parts, ...(branch ? [branch] : []), ...(at.allOf ?? [])], depth);
    }
    return single(at, depth);
  }

  /** A value of all of these: their members, where they are objects, else a value of the first that says a type. */
  function merged(parts: readonly unknown[], depth: number): unknown {
    const values = parts
      .map(resolved)
      .filter((part) => Object.keys(part).some((key) => part[key] !== undefined))
      .filter((part) => typeOf(part) !== undefined || part.oneOf || part.anyOf || part.allOf)
      .map((part) => value(part, depth + 1));
    const objects = values.filter(
      (made) => z.record(z.string(), z.unknown()).safeParse(made).success,
    );
    if (objects.length > 0) return Object.assign({}, ...objects);
    return values.find((made) => made !== undefined) ?? text({});
  }

  function single(schema: Schema, depth: number): unknown {
    count += 1;
    switch (typeOf(schema)) {
      case "object":
        return object(schema, depth);
      case "array": {
        if (depth > DEPTH && (schema.minItems ?? 0) === 0) return [];
        return [value(schema.items, depth + 1), value(schema.items, depth + 1)].filter(
          (item) => item !== undefined,
        );
      }
      case "integer":
      case "number":
        return Math.max(count, schema.minimum ?? 1);
      case "boolean":
        return count % 2 === 0;
      default:
        return text(schema);
    }
  }

  function object({ properties = {}, required = [] }: Schema, depth: number): unknown {
    const names = Object.keys(properties).filter(
      (name) => depth <= DEPTH || required.includes(name),
    );
    if (resolved(properties.base64).contentEncoding === "base64") {
      return { base64: "AAEC", filename: "a b.bin", contentType: "application/octet-stream" };
    }
    return Object.fromEntries(
      names
        .map((name) => {
          if (depth === 0) isPlain = plain.has(name);
          return [name, value(properties[name], depth + 1)] as const;
        })
        .filter(([, made]) => made !== undefined),
    );
  }

  function text({ format, contentEncoding, maxLength = 40 }: Schema): string {
    if (format === "date") return "2026-11-27";
    if (format === "date-time") return "2026-11-27T22:00:00Z";
    if (format === "uuid") return "6f1c1a52-2d4e-4c7b-9d53-0a4f8c9b7e11";
    if (format === "uri") return `https://example.com/${count}?a=b&c`;
    if (format === "email") return `a${count}@example.com`;
    if (contentEncoding === "base64") return "AAEC";
    return `${isPlain ? PLAIN_TEXT : TEXT}${count}`.slice(0, Math.max(1, maxLength));
  }

  return z.record(z.string(), z.unknown()).parse(object(root, 0));
}

function typeOf({ type, properties, items }: Schema): string | undefined {
  const first = Array.isArray(type) ? type.find((name) => name !== "null") : type;
  if (first !== undefined) return first;
  if (properties !== undefined) return "object";
  return items === undefined ? undefined : "array";
}
