import type { InstanceType, Schema } from "@cfworker/json-schema";
import { isObject, type JsonObject, memberOf } from "./json";
import { referredName, type SchemaGraph, schemaGraph } from "./schema-graph";

/** Formats that are as good as a type. Of the others, the API knows better what it takes. */
const FORMATS = ["date", "date-time", "uuid"];
const TYPES: readonly InstanceType[] = [
  ...(["object", "array", "string", "number", "integer", "boolean", "null"] as const),
];
const NUMBERS = [
  ...["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
  ...["minLength", "maxLength", "minItems", "maxItems", "minContains", "maxContains"],
  ...["minProperties", "maxProperties"],
];
const BRANCHES = ["allOf", "anyOf", "oneOf"];
const CONDITIONS = ["not", "if", "then", "else"];
const MEMBERS = [
  ...["items", "contains", "additionalProperties", "propertyNames"],
  ...["unevaluatedItems", "unevaluatedProperties"],
];
const MEMBER_MAPS = ["properties", "patternProperties"];

/**
 * What of a document's schema can be checked, whatever is wrong with it: the check helps a model, and the API checks
 * again. Left out are patterns that are no expression, or that could take for ever; references that lead nowhere or
 * round in a circle; and what is no keyword, such as an example. `oneOf` is checked as `anyOf`, since documents
 * have alternatives that overlap. A union that holds itself is checked to its first level: each level more would
 * double the work. `uniqueItems` compares each with each, and is left to the API.
 */
export function checkableSchema(input: JsonObject): Schema {
  const defs = memberOf(input, "$defs");
  const names = isObject(defs) ? Object.keys(defs) : [];
  const made = new SchemaMaker(names, schemaGraph(defs));
  return {
    ...made.object(input, {}),
    // By their numbers: a name could be one that a pointer has to encode.
    $defs: Object.fromEntries(
      names.map((name, index) => [String(index), made.schema(memberOf(defs, name), { def: name })]),
    ),
  };
}

type Place = {
  /** Which of `$defs` it is in; undefined for the root. */
  readonly def?: string;
  /** Whether a value inside is one of that schema's own, no longer the value itself. */
  readonly inside?: true;
  /** Whether several alternatives here lead back to where they are. */
  readonly doubles?: true;
};

class SchemaMaker {
  readonly #names: readonly string[];
  readonly #graph: SchemaGraph;

  constructor(names: readonly string[], graph: SchemaGraph) {
    this.#names = names;
    this.#graph = graph;
  }

  schema(schema: unknown, place: Place): Schema | boolean {
    if (schema === false) return false;
    return isObject(schema) ? this.object(schema, place) : true;
  }

  object(schema: JsonObject, place: Place): Schema {
    const made: Schema = { ...plainKeywords(schema), ...this.#reference(schema, place) };
    const inside: Place = { ...place, inside: true };
    for (const keyword of MEMBERS) {
      const member = memberOf(schema, keyword);
      if (isObject(member) || member === false) made[keyword] = this.schema(member, inside);
    }
    for (const keyword of MEMBER_MAPS) {
      const map = memberOf(schema, keyword);
      if (isObject(map)) {
        const entries = Object.entries(map).filter(
          ([name]) => keyword === "properties" || isUsable(name),
        );
        made[keyword] = Object.fromEntries(
          entries.map(([name, member]) => [name, this.schema(member, inside)]),
        );
      }
    }
    const prefix = memberOf(schema, "prefixItems");
    if (Array.isArray(prefix)) made.prefixItems = prefix.map((item) => this.schema(item, inside));
    return { ...made, ...this.#branches(schema, place), ...this.#conditions(schema, place) };
  }

  #reference(schema: JsonObject, { def, inside, doubles }: Place): Schema {
    const name = referredName(memberOf(schema, "$ref"));
    const index = name === undefined ? -1 : this.#names.indexOf(name);
    if (name === undefined || index === -1) return {};
    const isCircle =
      def !== undefined && !inside && (name === def || this.#graph.appliesTo(name, def));
    const isDouble = doubles && def !== undefined && this.#leadsTo(schema, def);
    return isCircle || isDouble ? {} : { $ref: `#/$defs/${index}` };
  }

  #branches(schema: JsonObject, place: Place): Schema {
    const made: Schema = {};
    for (const keyword of BRANCHES) {
      const branches = memberOf(schema, keyword);
      if (!Array.isArray(branches) || branches.length === 0) continue;
      const { def } = place;
      const back = branches.filter((branch) => def !== undefined && this.#leadsTo(branch, def));
      const own: Place = back.length > 1 ? { ...place, doubles: true } : place;
      const schemas = branches.map((branch) => this.#asSchema(this.schema(branch, own)));
      if (keyword === "allOf") made.allOf = [...(made.allOf ?? []), ...schemas];
      else if (made.anyOf === undefined) made.anyOf = schemas;
      else made.allOf = [...(made.allOf ?? []), { anyOf: schemas }];
    }
    return made;
  }

  #conditions(schema: JsonObject, place: Place): Schema {
    const made: Schema = {};
    for (const keyword of CONDITIONS) {
      const condition = memberOf(schema, keyword);
      if (!isObject(condition)) continue;
      if (place.def !== undefined && this.#leadsTo(condition, place.def)) return {};
      made[keyword] = this.schema(condition, place);
    }
    return made;
  }

  #leadsTo(schema: unknown, name: string): boolean {
    return this.#graph.leadsTo(schema, name);
  }

  #asSchema(schema: Schema | boolean): Schema {
    if (typeof schema === "object") return schema;
    return schema ? {} : { not: {} };
  }
}

function plainKeywords(schema: JsonObject): Schema {
  const made: Schema = {};
  const { type, enum: values, required, pattern, format } = schema;
  const types = TYPES.filter((name) => [type].flat().includes(name));
  if (types.length > 0) made.type = types;
  if (Array.isArray(values)) made.enum = values;
  if (Object.hasOwn(schema, "const")) made.const = schema.const;
  if (isStrings(required)) made.required = required;
  if (typeof pattern === "string" && isUsable(pattern)) made.pattern = pattern;
  if (typeof format === "string" && FORMATS.includes(format)) made.format = format;
  for (const keyword of NUMBERS) {
    const bound = memberOf(schema, keyword);
    if (typeof bound === "number") made[keyword] = bound;
  }
  return made;
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

const MAX_PATTERN_CHARS = 1_000;
/** A repeated group that repeats, or chooses, inside: it may try every way to divide a text. */
const REPEATS_TWICE = /\((?:[^()\\]|\\.)*(?:[+*|]|\{\d+,)(?:[^()\\]|\\.)*\)(?:[+*]|\{\d+,)/;

/** Whether a document's regular expression is one, and cannot take for ever. */
function isUsable(pattern: string): boolean {
  if (pattern.length > MAX_PATTERN_CHARS || REPEATS_TWICE.test(pattern)) return false;
  try {
    return new RegExp(pattern, "u") instanceof RegExp;
  } catch {
    return false;
  }
}
