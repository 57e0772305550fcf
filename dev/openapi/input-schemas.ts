import {
  entriesOf,
  isObject,
  type JsonObject,
  listOf,
  pointerTo,
  stringsOf,
  without,
} from "./json.ts";
import { isOnlyAnnotations, mergeSchemas } from "./merge-schemas.ts";
import { OpenApiError } from "./openapi-error.ts";
import { circle, type Located, type References } from "./references.ts";
import { dependenciesOf, valueKeywords } from "./schema-values.ts";
import { subtypeBranches, withConstants } from "./subtypes.ts";

/**
 * Makes schemas of what is sent: JSON Schema 2020-12, in which a `$ref` is the JSON pointer of a schema in the
 * document. What it points to is made when it is asked for, and once.
 */
export type InputSchemas = {
  /** @throws OpenApiError `openapi_operation` for what is no schema, or refers to nothing. */
  of(located: Located): JsonObject;
  /** The schema at a `$ref` of another. */
  at(place: string): JsonObject;
  /** The same without the reference at its root, if it is one. */
  expanded(schema: JsonObject): JsonObject;
};

/** After the place of a schema that stands for its subtypes: the schema as itself, as they include it. */
export const ITSELF = " itself";

export function inputSchemas(references: References): InputSchemas {
  const made = new Map<string, JsonObject>();
  const plain = new Map<string, JsonObject>();
  const inProgress = new Set<string>();
  /** The names that only answers have, of each object. */
  const answered = new WeakMap<JsonObject, ReadonlySet<string>>();

  function of({ value, place }: Located): JsonObject {
    if (value === true || value === undefined) return {};
    if (value === false) return { not: {} };
    if (!isObject(value)) throw wrong(place, "A schema has to be an object");
    const ref = value.$ref ?? value.$dynamicRef;
    return typeof ref === "string" ? ofReference(ref, value, place) : ofObject(value, place);
  }

  function ofReference(ref: string, schema: JsonObject, place: string): JsonObject {
    const target = finalTarget(references, ref, place);
    const beside = without(schema, ["$ref", "$dynamicRef"]);
    const own = references.refsStandAlone
      ? { ...(typeof schema.description === "string" && { description: schema.description }) }
      : ofObject(beside, place);
    return { $ref: target.place, ...own };
  }

  function at(place: string): JsonObject {
    if (place.endsWith(ITSELF)) return plainAt(place.slice(0, -ITSELF.length));
    const known = made.get(place);
    if (known !== undefined) return known;
    const { value } = references.target(place, place);
    const subtypes = subtypeBranches(references, { value, place });
    const schema =
      subtypes === undefined
        ? plainAt(place)
        : { anyOf: subtypes.map((subtype) => ({ $ref: subtype.place, ...subtype.constant })) };
    made.set(place, schema);
    return schema;
  }

  /** As itself, also where it stands for its subtypes. */
  function plainAt(place: string): JsonObject {
    const known = plain.get(place);
    if (known !== undefined) return known;
    inProgress.add(place);
    try {
      const schema = of(references.target(place, place));
      plain.set(place, schema);
      return schema;
    } finally {
      inProgress.delete(place);
    }
  }

  function ofObject(schema: JsonObject, place: string): JsonObject {
    const own = ofKeywords(schema, place);
    if (!Array.isArray(schema.allOf)) return own;
    const listed = schema.allOf.map((value, index) =>
      of({ value, place: pointerTo(place, "allOf", index) }),
    );
    const [only] = listed;
    if (listed.length === 1 && only !== undefined && isOnlyAnnotations(own))
      return { ...only, ...own };
    const parts = [...listed.map(inlined), own];
    const names = new Set(parts.flatMap((part) => [...(answered.get(part) ?? [])]));
    const merged = mergeSchemas(parts);
    const whole = withoutRequired(merged, names);
    answered.set(whole, names);
    return whole;
  }

  /** A part of an `allOf`: what it refers to, unless that is being made just now. */
  function inlined(part: JsonObject): JsonObject {
    if (typeof part.$ref !== "string") return part;
    if (inProgress.has(part.$ref)) return { ...part, $ref: part.$ref + ITSELF };
    const target = plainAt(part.$ref);
    const { $ref, ...beside } = part;
    if (Object.keys(beside).length === 0)
      return typeof target.$ref === "string" ? inlined(target) : target;
    return mergeSchemas([target, beside]);
  }

  function ofKeywords(schema: JsonObject, place: string): JsonObject {
    const found = new Map(Object.entries(valueKeywords(schema, place)));
    const put = (keyword: string, value: unknown) =>
      found.set(keyword, of({ value, place: pointerTo(place, keyword) }));
    const title = found.get("title");
    found.delete("title");
    if (typeof title === "string" && place.split("/").at(-1) !== title)
      found.set("description", title);
    const names = properties(schema, place, found);
    items(schema, place, found);
    for (const keyword of [
      "not",
      "if",
      "then",
      "else",
      "contains",
      "propertyNames",
      "unevaluatedItems",
      "unevaluatedProperties",
    ]) {
      if (isObject(schema[keyword]) || typeof schema[keyword] === "boolean")
        put(keyword, schema[keyword]);
    }
    const { additionalProperties } = schema;
    if (additionalProperties === false) found.set("additionalProperties", false);
    else if (isObject(additionalProperties) && Object.keys(additionalProperties).length > 0) {
      put("additionalProperties", additionalProperties);
    }
    alternatives(schema, place, found);
    const result = withoutRequired(Object.fromEntries(found), names);
    answered.set(result, names);
    return result;
  }

  function properties(schema: JsonObject, place: string, found: Map<string, unknown>): Set<string> {
    const names = new Set<string>();
    if (schema.properties !== undefined && schema.properties !== null) {
      if (!isObject(schema.properties))
        throw wrong(pointerTo(place, "properties"), "`properties` has to be an object");
      const kept = Object.entries(schema.properties).filter(([name, value]) => {
        const only = isOnlyAnswered(references, {
          value,
          place: pointerTo(place, "properties", name),
        });
        if (only) names.add(name);
        return !only;
      });
      found.set("properties", named(kept, pointerTo(place, "properties")));
    }
    const byPattern = entriesOf(schema.patternProperties);
    if (byPattern.length > 0)
      found.set("patternProperties", named(byPattern, pointerTo(place, "patternProperties")));
    const dependencies = dependenciesOf(schema);
    const schemas = {
      ...dependencies.schemas,
      ...(isObject(schema.dependentSchemas) && schema.dependentSchemas),
    };
    if (Object.keys(schemas).length > 0) {
      found.set(
        "dependentSchemas",
        named(Object.entries(schemas), pointerTo(place, "dependentSchemas")),
      );
    }
    if (Object.keys(dependencies.required).length > 0)
      found.set("dependentRequired", dependencies.required);
    return names;
  }

  const named = (entries: readonly [string, unknown][], place: string) =>
    Object.fromEntries(
      entries.map(([name, value]) => [name, of({ value, place: pointerTo(place, name) })]),
    );

  /** Before 2020-12, a list of schemas for the first items was `items` too. */
  function items(schema: JsonObject, place: string, found: Map<string, unknown>): void {
    const first = Array.isArray(schema.items) ? schema.items : listOf(schema.prefixItems);
    if (first.length > 0) {
      found.set(
        "prefixItems",
        first.map((value, index) => of({ value, place: pointerTo(place, "items", index) })),
      );
    }
    if (schema.items !== undefined && schema.items !== null && !Array.isArray(schema.items)) {
      found.set("items", of({ value: schema.items, place: pointerTo(place, "items") }));
    }
  }

  /**
   * `oneOf` becomes `anyOf`: where alternatives overlap, exactly one never matches, and the API decides anyway.
   */
  function alternatives(schema: JsonObject, place: string, found: Map<string, unknown>): void {
    const lists = ["oneOf", "anyOf"].flatMap((keyword) => {
      const list = listOf(schema[keyword]).map((value, index) =>
        of({ value, place: pointerTo(place, keyword, index) }),
      );
      return list.length > 0 ? [withConstants(references, schema, list)] : [];
    });
    const nullable = schema.nullable === true && schema.type === undefined;
    const [first, second] = lists;
    if (first !== undefined) found.set("anyOf", nullable ? [...first, { type: "null" }] : first);
    if (second !== undefined) found.set("allOf", [{ anyOf: second }]);
  }

  function expanded(schema: JsonObject): JsonObject {
    if (typeof schema.$ref !== "string") return schema;
    const { $ref, ...beside } = schema;
    return mergeSchemas([expanded(at(schema.$ref)), beside]);
  }

  return { of, at, expanded };
}

/** Follows references to references, so that each has one place. */
function finalTarget(references: References, ref: string, place: string): Located {
  const seen = new Set<string>();
  let target = references.target(ref, place);
  while (
    isObject(target.value) &&
    typeof target.value.$ref === "string" &&
    Object.keys(target.value).length === 1
  ) {
    if (seen.has(target.place)) throw wrong(place, circle(ref));
    seen.add(target.place);
    target = references.target(target.value.$ref, target.place);
  }
  return target;
}

/** `readOnly`: the API says it and takes none; also where the property only refers to such a schema. */
function isOnlyAnswered(references: References, { value, place }: Located): boolean {
  if (!isObject(value)) return false;
  if (value.readOnly === true) return true;
  if (typeof value.$ref === "string") {
    const { value: target } = finalTarget(references, value.$ref, place);
    return isObject(target) && target.readOnly === true;
  }
  const parts = listOf(value.allOf);
  return parts.length > 0 && parts.some((part) => isObject(part) && part.readOnly === true);
}

function withoutRequired(schema: JsonObject, names: ReadonlySet<string>): JsonObject {
  if (names.size === 0 || schema.required === undefined) return schema;
  const kept = stringsOf(schema.required).filter(
    (name) =>
      !names.has(name) || (isObject(schema.properties) && Object.hasOwn(schema.properties, name)),
  );
  return kept.length > 0 ? { ...schema, required: kept } : without(schema, ["required"]);
}

const wrong = (place: string, message: string) =>
  new OpenApiError("openapi_operation", place, message);
