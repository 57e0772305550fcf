import type { Schema } from "@cfworker/json-schema";
import { isObject, memberOf } from "./json";

export type AnySchema = Schema | boolean;

export function isSchema(value: unknown): value is Schema {
  return isObject(value);
}

/** The schema that a `$ref` of a checkable schema leads to. */
export function referred(root: Schema, { $ref }: Schema): AnySchema | undefined {
  if ($ref === undefined) return undefined;
  const found = memberOf(root.$defs, $ref.replace("#/$defs/", ""));
  return isSchema(found) ? found : found !== false;
}

/**
 * The types of JSON that a value may have, `number` for integers too; undefined where any is good.
 *
 * @param root of a checkable schema, where no reference leads round in a circle.
 */
export function acceptedTypes(root: Schema, schema: AnySchema): ReadonlySet<string> | undefined {
  if (typeof schema === "boolean") return schema ? undefined : new Set();
  const { type, enum: values, allOf = [], anyOf } = schema;
  const sets = [
    type === undefined ? undefined : new Set([type].flat().map(numeric)),
    values && new Set(values.map(typeOf)),
    Object.hasOwn(schema, "const") ? new Set([typeOf(schema.const)]) : undefined,
    anyOf && union(anyOf.map((branch) => acceptedTypes(root, branch))),
    ...[referred(root, schema) ?? true, ...allOf].map((part) => acceptedTypes(root, part)),
  ];
  return sets.reduce((all, set) => (all && set ? all.intersection(set) : (all ?? set)), undefined);
}

/** What holds for a member of an object, or an item of a list; true where nothing does. */
export function memberSchema(root: Schema, schema: AnySchema, key: string | number): AnySchema {
  if (typeof schema === "boolean") return true;
  const { allOf = [], anyOf } = schema;
  const parts = [
    ownMember(schema, key),
    ...[referred(root, schema) ?? true, ...allOf].map((part) => memberSchema(root, part, key)),
    anyOf === undefined
      ? true
      : { anyOf: anyOf.map((branch) => asObject(memberSchema(root, branch, key))) },
  ].filter((part) => part !== true);
  return parts.length <= 1 ? (parts[0] ?? true) : { allOf: parts.map(asObject) };
}

function ownMember(schema: Schema, key: string | number): AnySchema {
  if (typeof key === "number") {
    const { prefixItems = [], items = true } = schema;
    return prefixItems[key] ?? (Array.isArray(items) ? true : items);
  }
  const { properties = {}, additionalProperties = true } = schema;
  return Object.hasOwn(properties, key) ? (properties[key] ?? true) : additionalProperties;
}

function asObject(schema: AnySchema): Schema {
  if (typeof schema === "object") return schema;
  return schema ? {} : { not: {} };
}

function union(sets: readonly (ReadonlySet<string> | undefined)[]) {
  return sets.reduce((all, set) => (all && set ? all.union(set) : undefined), new Set<string>());
}

/** In JSON Schema's words, with `number` for integers. */
export function typeOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

const numeric = (type: string) => (type === "integer" ? "number" : type);
