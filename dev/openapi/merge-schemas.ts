import { canonicalJson, entriesOf, isObject, type JsonObject, listOf, without } from "./json.ts";

/** What says something to readers and decides about no value. */
const ANNOTATIONS = new Set(["description", "title", "default", "deprecated"]);

export const isOnlyAnnotations = (schema: JsonObject) =>
  Object.keys(schema).every((keyword) => ANNOTATIONS.has(keyword));

/**
 * Makes one schema of those that all apply (`allOf`). What cannot stand beside the rest stays in an `allOf`.
 *
 * An object that is closed (`additionalProperties: false`) in one part would refuse the other parts' properties,
 * which nobody means: the whole is closed only if each part is.
 *
 * @param parts the last is the schema that had the `allOf`: its own words win.
 */
export function mergeSchemas(parts: readonly JsonObject[]): JsonObject {
  const objects = parts.filter(({ properties, additionalProperties }) =>
    [properties, additionalProperties].some((keyword) => keyword !== undefined),
  );
  const closing = new Set(objects.map((part) => canonicalJson(part.additionalProperties ?? null)));
  const open = objects.length > 1 && closing.size > 1;
  let merged: JsonObject = {};
  const apart: JsonObject[] = [];
  for (const part of parts) {
    const { allOf, ...rest } = open ? without(part, ["additionalProperties"]) : part;
    apart.push(...listOf(allOf).filter(isObject));
    const both = mergedPair(merged, rest);
    if (both === undefined) apart.push(rest);
    else merged = both;
  }
  return apart.length === 0 ? merged : { ...merged, allOf: apart };
}

/** Undefined when some keyword of one contradicts that of the other. */
function mergedPair(first: JsonObject, second: JsonObject): JsonObject | undefined {
  const merged = new Map(Object.entries(first));
  for (const [keyword, value] of Object.entries(second)) {
    const before = merged.get(keyword);
    const both = before === undefined ? value : mergedKeyword(keyword, before, value);
    if (both === undefined) return undefined;
    merged.set(keyword, both);
  }
  return Object.fromEntries(merged);
}

function mergedKeyword(keyword: string, first: unknown, second: unknown): unknown {
  if (ANNOTATIONS.has(keyword)) return second;
  switch (keyword) {
    case "properties":
      return mergedProperties(first, second);
    case "required":
      return [...new Set([...listOf(first), ...listOf(second)])];
    case "type":
      return commonTypes(first, second);
    default:
      return canonicalJson(first) === canonicalJson(second) ? first : undefined;
  }
}

function mergedProperties(first: unknown, second: unknown): JsonObject {
  const merged = new Map(entriesOf(first));
  for (const [name, schema] of entriesOf(second)) {
    const before = merged.get(name);
    merged.set(name, before === undefined ? schema : mergedProperty(before, schema));
  }
  return Object.fromEntries(merged);
}

function mergedProperty(first: unknown, second: unknown): unknown {
  if (!isObject(first)) return second;
  if (!isObject(second)) return first;
  if (canonicalJson(first) === canonicalJson(second)) return first;
  return mergeSchemas([first, second]);
}

/** Every integer is a number. */
function commonTypes(first: unknown, second: unknown): unknown {
  const [one, other] = [first, second].map((types) => (Array.isArray(types) ? types : [types]));
  const common = (one ?? []).flatMap((type) => {
    if (other?.includes(type)) return [type];
    if (type === "integer" && other?.includes("number")) return ["integer"];
    if (type === "number" && other?.includes("integer")) return ["integer"];
    return [];
  });
  if (common.length === 0) return undefined;
  return common.length === 1 ? common[0] : [...new Set(common)];
}
