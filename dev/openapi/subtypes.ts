import {
  entriesOf,
  isObject,
  type JsonObject,
  listOf,
  memberOf,
  namesOfPointer,
  pointerTo,
} from "./json.ts";
import type { Located, References } from "./references.ts";

export type Subtype = {
  readonly place: string;
  /** What beside its `$ref` says which one it is. */
  readonly constant: JsonObject;
};

/**
 * The subtypes of a schema that has a `discriminator` and no list of alternatives (OpenAPI 3.1, Discriminator
 * Object): those of its mapping, else the components that include it.
 *
 * @returns undefined for a schema that stands for itself.
 */
export function subtypeBranches(references: References, base: Located): Subtype[] | undefined {
  const { value, place } = base;
  if (!isObject(value) || !isObject(value.discriminator)) return undefined;
  if (listOf(value.oneOf).length > 0 || listOf(value.anyOf).length > 0) return undefined;
  const property = value.discriminator.propertyName;
  if (typeof property !== "string") return undefined;
  const mapped = mappingOf(references, value.discriminator);
  const found = mapped.size > 0 ? mapped : includersOf(references, place);
  // A base that maps to itself stands for itself as well, and would never end here.
  found.delete(place);
  if (found.size === 0) return undefined;
  return [...found].map(([subtype, name]) => ({
    place: subtype,
    constant: constantOf(property, name),
  }));
}

/**
 * Alternatives with the value of the discriminator that each stands for, where its schema leaves that open.
 *
 * @param list each made of the schema at its index.
 */
export function withConstants(
  references: References,
  { discriminator }: JsonObject,
  list: readonly JsonObject[],
): JsonObject[] {
  const property = isObject(discriminator) ? discriminator.propertyName : undefined;
  if (typeof property !== "string") return [...list];
  const mapping = mappingOf(references, isObject(discriminator) ? discriminator : {});
  return list.map((schema) => {
    if (typeof schema.$ref !== "string" || Object.keys(schema).length > 1) return schema;
    const known = memberOf(propertiesAt(references, schema.$ref), property);
    if (!isObject(known) || known.const !== undefined || listOf(known.enum).length === 1)
      return schema;
    const name = mapping.get(schema.$ref) ?? namesOfPointer(schema.$ref.slice(1)).at(-1);
    return name === undefined ? schema : { ...schema, ...constantOf(property, name) };
  });
}

const constantOf = (property: string, name: string): JsonObject => ({
  properties: { [property]: { const: name } },
  required: [property],
});

/** The names of the discriminator, by the place of what each stands for. */
function mappingOf(references: References, { mapping }: JsonObject): Map<string, string> {
  const places = new Map<string, string>();
  for (const [name, ref] of entriesOf(mapping)) {
    if (typeof ref !== "string") continue;
    const full = ref.includes("#") ? ref : `#/components/schemas/${ref}`;
    try {
      const { place } = references.target(full, "#");
      if (!places.has(place)) places.set(place, name);
    } catch {
      // A mapping to what is not in the document says nothing.
    }
  }
  return places;
}

/** The properties that a schema declares, with those of what it includes. */
function propertiesAt(references: References, place: string, seen = new Set<string>()): JsonObject {
  if (seen.has(place)) return {};
  seen.add(place);
  return propertiesOf(references, references.target(place, place).value, seen);
}

function propertiesOf(references: References, schema: unknown, seen: Set<string>): JsonObject {
  if (!isObject(schema)) return {};
  if (typeof schema.$ref === "string") {
    return propertiesAt(references, references.target(schema.$ref, "#").place, seen);
  }
  const included = listOf(schema.allOf).map((part) => propertiesOf(references, part, seen));
  return Object.assign({}, ...included, isObject(schema.properties) ? schema.properties : {});
}

const includers = new WeakMap<References, Map<string, Map<string, string>>>();

/** The components that have a base in their `allOf`, and their names, by place. */
function includersOf(references: References, base: string): Map<string, string> {
  let known = includers.get(references);
  if (known === undefined) {
    known = new Map();
    for (const [name, schema] of entriesOf(memberOf(references.document.components, "schemas"))) {
      for (const part of isObject(schema) ? listOf(schema.allOf) : []) {
        if (!isObject(part) || typeof part.$ref !== "string") continue;
        const found = known.get(part.$ref) ?? new Map<string, string>();
        known.set(part.$ref, found.set(pointerTo("#/components/schemas", name), name));
      }
    }
    includers.set(references, known);
  }
  return new Map(known.get(base));
}
