import type { CompiledParameter, ParameterStyle } from "../../src/engine/openapi/compiled.ts";
import type { ValueSettings } from "./catalogue-schema.ts";
import {
  credentialKey,
  type DocumentOperation,
  isPlace,
  type ParameterPlace,
} from "./document-operations.ts";
import type { InputSchemas } from "./input-schemas.ts";
import { entriesOf, isObject, type JsonObject, pointerTo } from "./json.ts";
import { OpenApiError, type Problem } from "./openapi-error.ts";
import type { Located } from "./references.ts";

/** A parameter of the document that a call can have. */
export type DocumentParameter = {
  readonly name: string;
  readonly in: ParameterPlace;
  /** As a model knows it. */
  readonly argument: string;
  readonly required: boolean;
  readonly place: string;
  readonly value: JsonObject;
};

/** OpenAPI 3.1, Parameter Object: these are said by the body, the answer and the API's access. */
const NOT_PARAMETERS = new Set(["accept", "content-type", "authorization"]);

/** What HTTP itself decides, or what would carry a credential. */
const NOT_SENT = new Set([
  ...[
    "host",
    "connection",
    "content-length",
    "transfer-encoding",
    "upgrade",
    "te",
    "trailer",
    "expect",
  ],
  ...["cookie", "keep-alive", "proxy-authorization", "date"],
]);

const PLACES: readonly ParameterPlace[] = ["path", "query", "header", "cookie"];

/**
 * The parameters of an operation, each with an argument of its own.
 *
 * @param credentials see `ApiDocument`.
 * @returns in the order of path, query, header and cookie.
 */
export function parametersOf(
  operation: DocumentOperation,
  credentials: ReadonlySet<string>,
  report: (problem: Problem) => void,
): DocumentParameter[] {
  const found = operation.parameters.flatMap(({ value, place }) => {
    if (!isObject(value) || typeof value.name !== "string" || !isPlace(value.in)) return [];
    const { name, in: where } = value;
    if (where === "header" && NOT_PARAMETERS.has(name.toLowerCase())) return [];
    if (where === "header" && NOT_SENT.has(name.toLowerCase())) return [];
    if (credentials.has(credentialKey(where, name))) return [];
    if (where === "path" && !operation.path.includes(`{${name}}`)) {
      report({
        place,
        message: `The path ${operation.path} has no {${name}}: the parameter is left out`,
      });
      return [];
    }
    return [
      { name, in: where, place, value, required: where === "path" || value.required === true },
    ];
  });
  for (const name of undeclared(operation.path, found)) {
    report({
      place: operation.place,
      message: `{${name}} of the path is not declared: it is taken as a string`,
    });
    const value = { name, in: "path", schema: { type: "string" } };
    found.push({ name, in: "path", place: operation.place, value, required: true });
  }
  found.sort((a, b) => PLACES.indexOf(a.in) - PLACES.indexOf(b.in));
  const taken = new Set(operation.body === undefined ? [] : ["body"]);
  return found.map((parameter) => ({ ...parameter, argument: freeArgument(parameter, taken) }));
}

function undeclared(
  path: string,
  found: readonly { name: string; in: ParameterPlace }[],
): Set<string> {
  const names = new Set([...path.matchAll(/\{([^{}]+)\}/g)].map(([, name = ""]) => name));
  for (const { name, in: where } of found) if (where === "path") names.delete(name);
  return names;
}

/** Models take arguments of at most 64 of these. Of one name in two places, the later one says its place. */
function freeArgument(
  { name, in: where }: { name: string; in: ParameterPlace },
  taken: Set<string>,
): string {
  const base =
    name
      .replaceAll(/[^A-Za-z0-9_.-]+/g, "_")
      .replaceAll(/^_+|_+$/g, "")
      .slice(0, 48) || where;
  let argument = base;
  for (let count = 1; taken.has(argument); count++) {
    argument = count === 1 ? `${base}_${where}` : `${base}_${where}_${count}`;
  }
  taken.add(argument);
  return argument;
}

export type CompiledParameters = {
  readonly parameters: readonly CompiledParameter[];
  readonly properties: readonly (readonly [string, JsonObject])[];
  readonly required: readonly string[];
};

/**
 * @param settings by the parameter's argument, as the catalogue has them.
 * @throws OpenApiError `catalogue_invalid` when one leaves out a part of the path.
 */
export function compileParameters(
  found: readonly DocumentParameter[],
  settings: Readonly<Record<string, ValueSettings>>,
  schemas: InputSchemas,
): CompiledParameters {
  const parameters: CompiledParameter[] = [];
  const properties: [string, JsonObject][] = [];
  const required: string[] = [];
  for (const parameter of found) {
    const own = Object.hasOwn(settings, parameter.argument)
      ? settings[parameter.argument]
      : undefined;
    if (own?.["leave-out"] === true) {
      if (parameter.in !== "path") continue;
      throw new OpenApiError(
        "catalogue_invalid",
        `parameters.${parameter.argument}.leave-out`,
        "The path needs this parameter. Give it a value with `fixed`",
      );
    }
    const serialized = serialization(parameter);
    if (own !== undefined && "fixed" in own) {
      parameters.push({ ...serialized, fixed: own.fixed });
      continue;
    }
    const argument = own?.name ?? parameter.argument;
    parameters.push({ ...serialized, argument });
    properties.push([argument, argumentSchema(parameter, own?.description, schemas)]);
    if (parameter.required) required.push(argument);
  }
  return { parameters, properties, required };
}

const STYLES: Readonly<Record<ParameterPlace, readonly ParameterStyle[]>> = {
  path: ["simple", "label", "matrix"],
  query: ["form", "spaceDelimited", "pipeDelimited", "deepObject"],
  header: ["simple"],
  cookie: ["form"],
};

/** OpenAPI 3.1, Parameter Object: the first style of a place is its default; only `form` explodes by default. */
function serialization({
  name,
  in: where,
  required,
  value,
  place,
}: DocumentParameter): CompiledParameter {
  const [content] = entriesOf(value.content);
  const style = STYLES[where].find((known) => known === value.style) ?? STYLES[where][0];
  if (style === undefined || (value.style !== undefined && value.style !== style)) {
    throw new OpenApiError(
      "openapi_operation",
      place,
      `In ${where}, there is no style ${String(value.style)}`,
    );
  }
  const explode = typeof value.explode === "boolean" ? value.explode : style === "form";
  return {
    name,
    in: where,
    ...(required && { required }),
    style,
    // The specification leaves a deepObject that does not explode undefined.
    explode: explode || style === "deepObject",
    ...(value.allowReserved === true && { allowReserved: true }),
    ...(content !== undefined && { contentType: content[0] }),
  };
}

function argumentSchema(
  parameter: DocumentParameter,
  description: string | undefined,
  schemas: InputSchemas,
) {
  const { value, place } = parameter;
  const schema = schemas.of(schemaOf(value, place));
  const words = description ?? value.description ?? schema.description;
  return { ...schema, ...(typeof words === "string" && words !== "" && { description: words }) };
}

function schemaOf(value: JsonObject, place: string): Located {
  const [content] = entriesOf(value.content);
  if (content === undefined) return { value: value.schema, place: pointerTo(place, "schema") };
  const [type, media] = content;
  return {
    value: isObject(media) ? media.schema : undefined,
    place: pointerTo(place, "content", type, "schema"),
  };
}
