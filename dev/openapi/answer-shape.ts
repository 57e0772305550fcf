import type { DocumentOperation } from "./document-operations.ts";
import {
  entriesOf,
  isObject,
  type JsonObject,
  listOf,
  memberOf,
  namesOfPointer,
  stringsOf,
} from "./json.ts";
import { essence, isJson } from "./media-types.ts";
import { follow, type References } from "./references.ts";

const MAX_CHARS = 600;
const MAX_DEPTH = 4;
const MAX_VALUES = 6;
/** What is longer is not written to its end, only to be thrown away. */
const MAX_PARTS = 300;

/**
 * The shape of a good answer, in a line that reads as a type of TypeScript: `{ id: number; tags?: string[] }`.
 * Deep parts are `…`; what contains itself is named.
 *
 * @returns undefined when the document does not say.
 */
export function answerShape(
  references: References,
  { responses }: DocumentOperation,
): string | undefined {
  const good =
    responses.find(([status]) => status === "200") ??
    responses.find(([status]) => /^2(\d\d|XX)$/i.test(status)) ??
    responses.find(([status]) => status === "default");
  if (good === undefined) return undefined;
  const { value } = follow(references, good[1]);
  const content = isObject(value) ? entriesOf(value.content) : [];
  const [type, media] = content.find(([name]) => isJson(name)) ?? content[0] ?? [];
  if (type === undefined) return isObject(value) && good[0] !== "default" ? "nothing" : undefined;
  if (!isJson(type) && !type.includes("*")) return essence(type);
  const schema = memberOf(media, "schema");
  if (schema === undefined) return undefined;
  for (let depth = MAX_DEPTH; depth > 0; depth--) {
    const text = shapeOf({ references, budget: { parts: MAX_PARTS } }, schema, depth, []);
    if (text.length <= MAX_CHARS) return text;
  }
  return `${shapeOf({ references, budget: { parts: MAX_PARTS } }, schema, 1, []).slice(0, MAX_CHARS - 1)}…`;
}

type Walk = { readonly references: References; readonly budget: { parts: number } };

function shapeOf(walk: Walk, schema: unknown, depth: number, above: readonly string[]): string {
  walk.budget.parts -= 1;
  if (walk.budget.parts < 0) return "…";
  if (!isObject(schema)) return "unknown";
  if (typeof schema.$ref === "string") {
    const { value, place } = walk.references.target(schema.$ref, "#");
    const name = namesOfPointer(place.slice(1)).at(-1) ?? "itself";
    return above.includes(place) ? name : shapeOf(walk, value, depth, [...above, place]);
  }
  const nullable = listOf(schema.type).includes("null");
  const text = unionOf(walk, schema, depth, above);
  return nullable ? `${text} | null` : text;
}

function unionOf(walk: Walk, schema: JsonObject, depth: number, above: readonly string[]): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  const values = listOf(schema.enum);
  if (values.length > 0) {
    const shown = values.slice(0, MAX_VALUES).map((value) => JSON.stringify(value));
    return [...shown, ...(values.length > MAX_VALUES ? ["…"] : [])].join(" | ");
  }
  const parts = listOf(schema.allOf);
  if (parts.length > 0) return objectShape(walk, flatProperties(walk, schema, above), depth, above);
  const alternatives = [...listOf(schema.oneOf), ...listOf(schema.anyOf)];
  if (alternatives.length > 0 && !isObject(schema.properties)) {
    const shapes = alternatives.map((one) => shapeOf(walk, one, depth, above));
    return [...new Set(shapes)].join(" | ");
  }
  const types = stringsOf(Array.isArray(schema.type) ? schema.type : [schema.type]);
  if (types.includes("array") || schema.items !== undefined)
    return listShape(walk, schema, depth, above);
  if (types.includes("object") || isObject(schema.properties)) {
    return objectShape(walk, flatProperties(walk, schema, above), depth, above);
  }
  const words = types
    .filter((type) => type !== "null")
    .map((type) => (type === "integer" ? "number" : type));
  return words.length > 0 ? words.join(" | ") : types.length > 0 ? "null" : "unknown";
}

function listShape(
  walk: Walk,
  { items }: JsonObject,
  depth: number,
  above: readonly string[],
): string {
  if (depth <= 1 && isObject(items) && items.type === undefined) return "…[]";
  const item = shapeOf(walk, items, depth, above);
  return item.includes(" | ") ? `(${item})[]` : `${item}[]`;
}

type Properties = {
  readonly named: JsonObject;
  readonly required: readonly string[];
  readonly rest?: unknown;
};

function flatProperties(walk: Walk, schema: JsonObject, above: readonly string[]): Properties {
  const parts = listOf(schema.allOf).map((part): Properties => {
    if (!isObject(part)) return { named: {}, required: [] };
    if (typeof part.$ref !== "string") return flatProperties(walk, part, above);
    const { value, place } = walk.references.target(part.$ref, "#");
    const inside = above.includes(place) || !isObject(value);
    return inside ? { named: {}, required: [] } : flatProperties(walk, value, [...above, place]);
  });
  const own = isObject(schema.properties) ? schema.properties : {};
  const rest = schema.additionalProperties ?? parts.find((part) => part.rest !== undefined)?.rest;
  return {
    named: Object.assign({}, ...parts.map(({ named }) => named), own),
    required: [...parts.flatMap(({ required }) => required), ...stringsOf(schema.required)],
    ...(isObject(rest) && { rest }),
  };
}

function objectShape(
  walk: Walk,
  { named, required, rest }: Properties,
  depth: number,
  above: readonly string[],
): string {
  if (depth <= 0) return "{ … }";
  // `writeOnly` is in no answer.
  const members = Object.entries(named).filter(
    ([, schema]) => !isObject(schema) || schema.writeOnly !== true,
  );
  const shown = members.map(([name, schema]) => {
    const key = /^[\w$]+$/.test(name) ? name : JSON.stringify(name);
    return `${key}${required.includes(name) ? "" : "?"}: ${shapeOf(walk, schema, depth - 1, above)}`;
  });
  if (rest !== undefined) shown.push(`[name: string]: ${shapeOf(walk, rest, depth - 1, above)}`);
  return shown.length > 0 ? `{ ${shown.join("; ")} }` : "object";
}
