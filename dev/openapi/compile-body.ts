import type { CompiledBody, PropertyEncoding } from "../../src/engine/openapi/compiled.ts";
import type { ValueSettings } from "./catalogue-schema.ts";
import type { InputSchemas } from "./input-schemas.ts";
import {
  entriesOf,
  isObject,
  type JsonObject,
  listOf,
  memberOf,
  pointerTo,
  stringsOf,
  without,
} from "./json.ts";
import { bestType, concrete, kindOf } from "./media-types.ts";
import { OpenApiError } from "./openapi-error.ts";
import type { Located } from "./references.ts";

export type CompiledBodyArgument = {
  readonly body: CompiledBody;
  readonly schema: JsonObject;
};

/** How a model gives a file (see `CompiledBody`). */
const FILE: JsonObject = {
  type: "object",
  properties: {
    base64: { type: "string", contentEncoding: "base64" },
    filename: { type: "string" },
    contentType: { type: "string" },
  },
  required: ["base64"],
  additionalProperties: false,
};

/**
 * @param settings by the property of the body, as the catalogue has them.
 * @returns undefined for a Request Body Object without content.
 * @throws OpenApiError `catalogue_invalid` for a setting of what is not there, or that leaves out what is required.
 */
export function compileBody(
  { value, place }: Located,
  settings: Readonly<Record<string, ValueSettings>>,
  schemas: InputSchemas,
): CompiledBodyArgument | undefined {
  if (!isObject(value))
    throw new OpenApiError("openapi_operation", place, "This is no request body");
  const type = bestType(entriesOf(value.content).map(([name]) => name));
  if (type === undefined) return undefined;
  const media = memberOf(value.content, type);
  const content = isObject(media) ? media : {};
  const located = { value: content.schema, place: pointerTo(place, "content", type, "schema") };
  const kind = kindOf(type);
  const described = (schema: JsonObject): JsonObject => {
    const words = schema.description ?? value.description;
    return typeof words === "string" ? { ...schema, description: words } : schema;
  };
  const base = {
    argument: "body",
    contentType: concrete(type),
    kind,
    required: value.required === true,
  };
  if (kind === "text") {
    refuseSettings(settings);
    return {
      body: base,
      schema: described({ type: "string", description: textWords(base.contentType) }),
    };
  }
  if (kind === "bytes") {
    refuseSettings(settings);
    const schema = { type: "string", contentEncoding: "base64" };
    return {
      body: base,
      schema: described({ ...schema, description: `The bytes of ${base.contentType}, in base64` }),
    };
  }
  const made = schemas.of(located);
  if (kind === "json") {
    const { schema, fixed } = withSettings(made, settings, schemas);
    return { body: { ...base, ...(fixed && { fixed }) }, schema: described(schema) };
  }
  const { schema, fixed } = withSettings(schemas.expanded(made), settings, schemas);
  const encoding = encodingOf(content.encoding);
  const files = kind === "multipart" ? filesOf(schema, encoding, schemas) : [];
  return {
    body: {
      ...base,
      // Many a document marks the fields of a form and forgets the form.
      required: base.required || stringsOf(schema.required).length > 0,
      ...(fixed && { fixed }),
      ...(Object.keys(encoding).length > 0 && { encoding }),
      ...(files.length > 0 && { files }),
    },
    schema: described(withFiles({ type: "object", ...schema }, files, schemas)),
  };
}

const textWords = (type: string) => `The text of ${type}`;

function refuseSettings(settings: Readonly<Record<string, ValueSettings>>): void {
  const [name] = Object.keys(settings);
  if (name !== undefined) throw notThere(name);
}

const notThere = (name: string) =>
  new OpenApiError("catalogue_invalid", `body.${name}`, "The body has no such property");

function withSettings(
  made: JsonObject,
  settings: Readonly<Record<string, ValueSettings>>,
  schemas: InputSchemas,
): { schema: JsonObject; fixed?: Record<string, unknown> } {
  if (Object.keys(settings).length === 0) return { schema: made };
  const schema = schemas.expanded(made);
  const properties = new Map(entriesOf(schema.properties));
  const fixed = new Map<string, unknown>();
  const left = new Set<string>();
  for (const [name, own] of Object.entries(settings)) {
    const property = properties.get(name);
    if (property === undefined) throw notThere(name);
    if ("fixed" in own) fixed.set(name, own.fixed);
    if ("fixed" in own || own["leave-out"] === true) left.add(name);
    else if (own.description !== undefined) {
      properties.set(name, { ...(isObject(property) && property), description: own.description });
    }
  }
  return {
    schema: withoutProperties({ ...schema, properties: Object.fromEntries(properties) }, left),
    ...(fixed.size > 0 && { fixed: Object.fromEntries(fixed) }),
  };
}

/** A model cannot send these, even where the body takes any property. */
function withoutProperties(schema: JsonObject, left: ReadonlySet<string>): JsonObject {
  if (left.size === 0) return schema;
  const required = stringsOf(schema.required).filter((name) => !left.has(name));
  // Closing the object would refuse what alternatives, patterns and maps allow.
  const canClose = ["anyOf", "allOf", "patternProperties", "additionalProperties", "if"].every(
    (keyword) => schema[keyword] === undefined || schema[keyword] === false,
  );
  const properties = entriesOf(schema.properties).flatMap(
    ([name, property]): [string, unknown][] => {
      if (!left.has(name)) return [[name, property]];
      return canClose ? [] : [[name, false]];
    },
  );
  return {
    ...without(schema, ["required"]),
    properties: Object.fromEntries(properties),
    ...(required.length > 0 && { required }),
    ...(canClose && { additionalProperties: false }),
  };
}

const STYLES = ["form", "spaceDelimited", "pipeDelimited", "deepObject"] as const;

/** OpenAPI 3.1, Encoding Object. */
function encodingOf(value: unknown): Record<string, PropertyEncoding> {
  const found = entriesOf(value).flatMap(([name, encoding]): [string, PropertyEncoding][] => {
    if (!isObject(encoding)) return [];
    const style = STYLES.find((known) => known === encoding.style);
    const own = {
      ...(typeof encoding.contentType === "string" && { contentType: encoding.contentType }),
      ...(style !== undefined && { style }),
      ...(typeof encoding.explode === "boolean" && { explode: encoding.explode }),
      ...(encoding.allowReserved === true && { allowReserved: true as const }),
    };
    return Object.keys(own).length > 0 ? [[name, own]] : [];
  });
  return Object.fromEntries(found);
}

/** The properties that are files: binary without an encoding, or of a type that no text or JSON is. */
function filesOf(
  schema: JsonObject,
  encoding: Readonly<Record<string, PropertyEncoding>>,
  schemas: InputSchemas,
): string[] {
  return entriesOf(schema.properties).flatMap(([name, property]) => {
    const types = Object.hasOwn(encoding, name) ? encoding[name]?.contentType : undefined;
    return isFile(property, types, schemas) || isFile(itemOf(property, schemas), types, schemas)
      ? [name]
      : [];
  });
}

function isFile(property: unknown, types: string | undefined, schemas: InputSchemas): boolean {
  if (!isObject(property)) return false;
  const schema = schemas.expanded(property);
  const alternatives = listOf(schema.anyOf);
  if (alternatives.length > 0) return alternatives.some((one) => isFile(one, types, schemas));
  if (schema.format === "binary") return true;
  if (schema.contentEncoding !== undefined) return false;
  if (schema.type === undefined && typeof schema.contentMediaType === "string") return true;
  const listed = types?.split(",").map((type) => type.trim()) ?? [];
  return (
    schema.type === "string" &&
    listed.length > 0 &&
    listed.every((type) => kindOf(type) === "bytes")
  );
}

function itemOf(property: unknown, schemas: InputSchemas): unknown {
  return isObject(property) ? schemas.expanded(property).items : undefined;
}

function withFiles(
  schema: JsonObject,
  files: readonly string[],
  schemas: InputSchemas,
): JsonObject {
  const properties = entriesOf(schema.properties).map(([name, property]): [string, unknown] => {
    if (!files.includes(name) || !isObject(property)) return [name, property];
    const { items, description } = schemas.expanded(property);
    const file = { ...FILE, ...(typeof description === "string" && { description }) };
    return [
      name,
      items === undefined
        ? file
        : { type: "array", items: FILE, ...(description !== undefined && { description }) },
    ];
  });
  return { ...schema, properties: Object.fromEntries(properties) };
}
