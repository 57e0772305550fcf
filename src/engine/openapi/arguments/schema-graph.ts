import { isObject, memberOf } from "./json";

const DEFS = "#/$defs/";
/** Keywords of JSON Schema 2020-12 that apply a schema to the same value. */
const IN_PLACE = ["allOf", "anyOf", "oneOf", "not", "if", "then", "else"];

/** The name that a `$ref` leads to in `$defs`; undefined for one that leads elsewhere. */
export function referredName(ref: unknown): string | undefined {
  if (typeof ref !== "string" || !ref.startsWith(DEFS)) return undefined;
  const name = ref.slice(DEFS.length);
  try {
    return decodeURIComponent(name).replaceAll("~1", "/").replaceAll("~0", "~");
  } catch {
    return name;
  }
}

/** Which of a schema's `$defs` lead to which. */
export type SchemaGraph = {
  /** Whether what a schema says, somewhere in it, leads to this one of `$defs`. */
  leadsTo(schema: unknown, name: string): boolean;
  /** Whether a value that this one applies to has that one applied too: the value itself, not one inside. */
  appliesTo(name: string, other: string): boolean;
};

export function schemaGraph(defs: unknown): SchemaGraph {
  const closureOf = (refsOf: (schema: unknown) => string[]) => {
    const direct = kept((name) => refsOf(memberOf(defs, name)));
    return kept((name) => reached(direct(name), direct));
  };
  const anywhere = closureOf(refsIn);
  const inPlace = closureOf(refsInPlace);
  return {
    leadsTo: (schema, name) =>
      refsIn(schema).some((ref) => ref === name || anywhere(ref).has(name)),
    appliesTo: (name, other) => inPlace(name).has(other),
  };
}

function reached(
  from: readonly string[],
  refsOf: (name: string) => readonly string[],
): ReadonlySet<string> {
  const found = new Set(from);
  // A Set is iterated in insertion order, including what is added meanwhile.
  for (const name of found) for (const ref of refsOf(name)) found.add(ref);
  return found;
}

/** Makes each value once. */
function kept<Value>(make: (name: string) => Value): (name: string) => Value {
  const known = new Map<string, Value>();
  return (name) => {
    const value = known.get(name) ?? make(name);
    known.set(name, value);
    return value;
  };
}

/** What is no schema, such as an example, may add names: that only makes a check more lenient. */
function refsIn(schema: unknown): string[] {
  if (typeof schema !== "object" || schema === null) return [];
  const own = referredName(memberOf(schema, "$ref"));
  return [...(own === undefined ? [] : [own]), ...Object.values(schema).flatMap(refsIn)];
}

function refsInPlace(schema: unknown): string[] {
  if (!isObject(schema)) return [];
  const own = referredName(memberOf(schema, "$ref"));
  const inside = IN_PLACE.flatMap((keyword) => memberOf(schema, keyword) ?? []);
  return [...(own === undefined ? [] : [own]), ...inside.flatMap(refsInPlace)];
}
