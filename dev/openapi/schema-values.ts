import { isObject, type JsonObject, listOf, stringsOf } from "./json.ts";
import { OpenApiError } from "./openapi-error.ts";

const TYPES = ["null", "boolean", "object", "array", "number", "string", "integer"];

/** Keywords whose value is a number. */
const NUMBERS = new Set([
  ...["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
  ...["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"],
  ...["minContains", "maxContains"],
]);

/** A default longer than this tells a model nothing. */
const MAX_DEFAULT_CHARS = 200;

/**
 * The keywords of a schema that hold no schema, as JSON Schema 2020-12 has them. What came from earlier drafts
 * is brought up to date; examples and extensions are left out, and so is what no validator could take.
 *
 * @throws OpenApiError `openapi_operation` for a type that there is not.
 */
export function valueKeywords(schema: JsonObject, place: string): JsonObject {
  const types = typesOf(schema.type, place);
  const nullable = schema.nullable === true || schema["x-nullable"] === true;
  const all = nullable && types.length > 0 ? [...new Set([...types, "null"])] : types;
  const found: [string, unknown][] = [];
  if (all.length > 0) found.push(["type", all.length === 1 ? all[0] : all]);
  for (const [keyword, value] of Object.entries(schema)) {
    const kept = keptValue(schema, keyword, value);
    if (kept !== undefined) found.push([keyword, kept]);
  }
  if (Array.isArray(schema.enum) && schema.enum.length > 0) {
    const values = [...new Set(schema.enum)];
    // OpenAPI 3.0.3: a nullable enum has to list null. Many do not, and mean it.
    if ((nullable || all.includes("null")) && !values.includes(null)) values.push(null);
    found.push(["enum", values]);
  }
  if (schema.type === undefined && isObject(schema.properties)) found.push(["type", "object"]);
  return Object.fromEntries(found);
}

function typesOf(type: unknown, place: string): string[] {
  if (type === undefined || type === null) return [];
  // Swagger 2.0's; the file itself is made of where it stands.
  const types = (Array.isArray(type) ? type : [type]).map((name) =>
    name === "file" ? "string" : name,
  );
  const unknown = types.find((name) => !TYPES.includes(name));
  if (unknown === undefined) return types;
  throw new OpenApiError(
    "openapi_operation",
    place,
    `There is no type ${JSON.stringify(unknown)}: JSON Schema has ${TYPES.join(", ")}`,
  );
}

function keptValue(schema: JsonObject, keyword: string, value: unknown): unknown {
  if (NUMBERS.has(keyword)) return numberOf(schema, keyword, value);
  switch (keyword) {
    case "description":
    case "format":
    case "contentEncoding":
    case "contentMediaType":
      return typeof value === "string" && value !== "" ? value : undefined;
    case "pattern":
      return isPattern(value) ? value : undefined;
    case "uniqueItems":
      return value === true && mayBeList(schema) ? true : undefined;
    case "deprecated":
      return value === true ? true : undefined;
    case "required": {
      const names = [...new Set(stringsOf(value))];
      return names.length > 0 ? names : undefined;
    }
    case "const":
      return value;
    case "default":
      return JSON.stringify(value).length <= MAX_DEFAULT_CHARS ? value : undefined;
    case "title":
      return typeof schema.description === "string" ? undefined : value;
    case "dependentRequired":
      return isObject(value) ? value : undefined;
    default:
      return undefined;
  }
}

/** Kubernetes has it on every string, where it says nothing. */
const mayBeList = ({ type }: JsonObject) => type === undefined || [type].flat().includes("array");

/** Draft 04 had `exclusiveMinimum: true` beside `minimum`. */
function numberOf(schema: JsonObject, keyword: string, value: unknown): number | undefined {
  if (keyword === "minimum" && schema.exclusiveMinimum === true) return undefined;
  if (keyword === "maximum" && schema.exclusiveMaximum === true) return undefined;
  const given =
    value === true && keyword === "exclusiveMinimum"
      ? schema.minimum
      : value === true && keyword === "exclusiveMaximum"
        ? schema.maximum
        : value;
  const number = typeof given === "string" && given.trim() !== "" ? Number(given) : given;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

/** One that JavaScript cannot read would make a validator fail at every value. */
function isPattern(value: unknown): value is string {
  if (typeof value !== "string") return false;
  try {
    new RegExp(value, "u");
    return true;
  } catch {
    return false;
  }
}

/** Draft 04's `dependencies`, as what 2020-12 made of it. */
export function dependenciesOf({ dependencies }: JsonObject): {
  readonly required: JsonObject;
  readonly schemas: JsonObject;
} {
  const entries = isObject(dependencies) ? Object.entries(dependencies) : [];
  return {
    required: Object.fromEntries(entries.filter(([, value]) => listOf(value).length > 0)),
    schemas: Object.fromEntries(entries.filter(([, value]) => isObject(value))),
  };
}
