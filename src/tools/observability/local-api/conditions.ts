import * as z from "zod";
import type { LogEvent } from "./traffic.ts";

export type Scalar = string | number | boolean;
/** The fields of an event by their names in queries. */
export type Fields = ReadonlyMap<string, Scalar>;

export const valueTypeSchema = z.enum(["string", "number", "boolean"]);
const scalarSchema = z.union([z.string(), z.number(), z.boolean()]);

const operations = [
  ...["includes", "not_includes", "starts_with", "regex", "exists", "is_null", "in", "not_in"],
  ...["eq", "neq", "gt", "gte", "lt", "lte"],
] as const;

export const filterSchema = z.strictObject({
  key: z.string(),
  operation: z.enum(operations),
  type: valueTypeSchema,
  value: scalarSchema.optional(),
});

export const needleSchema = z.strictObject({
  value: scalarSchema,
  isRegex: z.boolean().optional(),
  matchCase: z.boolean().optional(),
});

/** A query that the API would refuse. */
export class InvalidQuery extends Error {
  override readonly name = "InvalidQuery";
}

/** What a Worker logs has no prefix; what Cloudflare adds has `$workers.` or `$metadata.`. */
export function fieldsOf({ source, timestamp: _, ...rest }: LogEvent): Fields {
  const fields = new Map<string, Scalar>();
  flattenInto(fields, "", source);
  flattenInto(fields, "", rest);
  return fields;
}

function flattenInto(fields: Map<string, Scalar>, prefix: string, value: unknown): void {
  const scalar = scalarSchema.safeParse(value);
  if (scalar.success) fields.set(prefix, scalar.data);
  else if (typeof value === "object" && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      flattenInto(fields, prefix === "" ? key : `${prefix}.${key}`, inner);
    }
  }
}

/** Whether an event passes a filter. @throws InvalidQuery */
export function condition(filter: z.infer<typeof filterSchema>): (fields: Fields) => boolean {
  const { key, operation } = filter;
  const value = typed(filter);
  const list = String(value)
    .split(",")
    .map((item) => item.trim());
  const pattern = operation === "regex" ? regex(String(value), "") : undefined;
  return (fields) => {
    const found = fields.get(key);
    if (operation === "exists") return found !== undefined;
    if (operation === "is_null") return found === undefined;
    if (found === undefined) return ["neq", "not_in", "not_includes"].includes(operation);
    switch (operation) {
      case "eq":
        return found === value;
      case "neq":
        return found !== value;
      case "gt":
        return found > value;
      case "gte":
        return found >= value;
      case "lt":
        return found < value;
      case "lte":
        return found <= value;
      case "includes":
        return String(found).includes(String(value));
      case "not_includes":
        return !String(found).includes(String(value));
      case "starts_with":
        return String(found).startsWith(String(value));
      case "in":
        return list.includes(String(found));
      case "not_in":
        return !list.includes(String(found));
      default:
        return pattern?.test(String(found)) ?? false;
    }
  };
}

function typed({ key, operation, type, value }: z.infer<typeof filterSchema>): Scalar {
  if (operation === "exists" || operation === "is_null") return "";
  if (value === undefined) throw new InvalidQuery(`The filter on ${key} has no value`);
  if (type === "number" && operation !== "in" && operation !== "not_in") {
    const number = Number(value);
    if (Number.isNaN(number)) throw new InvalidQuery(`The value for ${key} is not a number`);
    return number;
  }
  return type === "boolean" ? String(value) === "true" : String(value);
}

/** Whether a text contains the needle. @throws InvalidQuery */
export function search({ value, isRegex, matchCase }: z.infer<typeof needleSchema>) {
  if (isRegex) {
    const pattern = regex(String(value), matchCase ? "" : "i");
    return (text: string) => pattern.test(text);
  }
  const fold = (text: string) => (matchCase ? text : text.toLowerCase());
  const needle = fold(String(value));
  return (text: string) => fold(text).includes(needle);
}

/** RE2 has no lookarounds and no back references. */
function regex(pattern: string, flags: string): RegExp {
  if (/\(\?<?[=!]|\\[1-9]/.test(pattern)) {
    throw new InvalidQuery("Invalid regular expression: invalid perl operator");
  }
  try {
    return new RegExp(pattern, flags);
  } catch {
    throw new InvalidQuery("Invalid regular expression");
  }
}
