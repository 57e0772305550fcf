import { entriesOf, isObject, type JsonObject, listOf } from "./json.ts";

/** JSON Schema 2020-12: the keywords whose value is a schema, a list of schemas, or schemas by name. */
const ONE = new Set([
  "items",
  "additionalProperties",
  "unevaluatedProperties",
  "unevaluatedItems",
  "contains",
  "propertyNames",
  "not",
  "if",
  "then",
  "else",
  "contentSchema",
]);
const LIST = new Set(["allOf", "anyOf", "oneOf", "prefixItems"]);
const NAMED = new Set(["properties", "patternProperties", "dependentSchemas", "$defs"]);

/** Applied to the same value as the schema that they stand in. */
const IN_PLACE = new Set([
  "allOf",
  "anyOf",
  "oneOf",
  "not",
  "if",
  "then",
  "else",
  "dependentSchemas",
]);

export type Subschema = {
  readonly schema: unknown;
  readonly keyword: string;
  /** Of a named or listed one: its name or index. */
  readonly name?: string | number;
};

/** Makes a schema with each of its direct subschemas replaced. */
export function mapSubschemas(
  schema: JsonObject,
  replace: (subschema: Subschema) => unknown,
): JsonObject {
  return Object.fromEntries(
    Object.entries(schema).map(([keyword, value]): [string, unknown] => {
      if (ONE.has(keyword)) return [keyword, replace({ schema: value, keyword })];
      if (LIST.has(keyword)) {
        return [
          keyword,
          listOf(value).map((item, name) => replace({ schema: item, keyword, name })),
        ];
      }
      if (!NAMED.has(keyword)) return [keyword, value];
      const named = entriesOf(value).map(([name, item]) => [
        name,
        replace({ schema: item, keyword, name }),
      ]);
      return [keyword, Object.fromEntries(named)];
    }),
  );
}

/** The direct subschemas that are objects. */
export function subschemasOf(schema: JsonObject): (Subschema & { readonly schema: JsonObject })[] {
  const found: (Subschema & { readonly schema: JsonObject })[] = [];
  const add = (subschema: Subschema) => {
    if (isObject(subschema.schema)) found.push({ ...subschema, schema: subschema.schema });
  };
  for (const [keyword, value] of Object.entries(schema)) {
    if (ONE.has(keyword)) add({ schema: value, keyword });
    else if (LIST.has(keyword)) {
      for (const [name, item] of listOf(value).entries()) add({ schema: item, keyword, name });
    } else if (NAMED.has(keyword)) {
      for (const [name, item] of entriesOf(value)) add({ schema: item, keyword, name });
    }
  }
  return found;
}

export const isInPlace = (keyword: string) => IN_PLACE.has(keyword);

/** Every `$ref` in a schema, however deep; or only those that apply to the same value. */
export function refsIn(schema: JsonObject, inPlaceOnly = false): string[] {
  const own = typeof schema.$ref === "string" ? [schema.$ref] : [];
  return [
    ...own,
    ...subschemasOf(schema)
      .filter(({ keyword }) => !inPlaceOnly || isInPlace(keyword))
      .flatMap((subschema) => refsIn(subschema.schema, inPlaceOnly)),
  ];
}
