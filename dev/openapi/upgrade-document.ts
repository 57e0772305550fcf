import { upgrade } from "@scalar/openapi-upgrader";
import { entriesOf, isObject, type JsonObject, pointerTo, textOf } from "./json.ts";
import { messageOf, OpenApiError, type Problem } from "./openapi-error.ts";
import { withOwnParameters } from "./swagger-parameters.ts";

export type UpgradedDocument = {
  readonly document: JsonObject;
  /** Before 3.1 a `$ref` stood alone: what is beside it means nothing, except to readers. */
  readonly refsStandAlone: boolean;
  readonly problems: readonly Problem[];
};

/**
 * Makes OpenAPI 3.1 of what was 2.0, 3.0 or 3.1. Operations that cannot be upgraded are left out and reported.
 *
 * @throws OpenApiError `openapi_not_a_document` for everything else.
 */
export function upgradeDocument(document: JsonObject): UpgradedDocument {
  const version = versionOf(document);
  if (version === "3.1") return { document, refsStandAlone: false, problems: [] };
  const isSwagger = version === "2.0";
  const complete = isSwagger ? withOwnParameters(document) : document;
  const problems = isSwagger ? unwritable(complete) : [];
  const upgraded = tryUpgrade(complete);
  if (upgraded.ok) return { document: upgraded.document, refsStandAlone: true, problems };
  const { rest, left } = withoutBadOperations(complete);
  const again = tryUpgrade(rest);
  if (again.ok) {
    return { document: again.document, refsStandAlone: true, problems: [...problems, ...left] };
  }
  throw new OpenApiError("openapi_not_a_document", "#", `This is no valid document: ${again.why}`);
}

function versionOf({ swagger, openapi }: JsonObject): "2.0" | "3.0" | "3.1" {
  const version = String(swagger ?? openapi ?? "");
  if (swagger !== undefined && /^2(\.0)?$/.test(version)) return "2.0";
  if (openapi !== undefined && /^3\.0(\.|$)/.test(version)) return "3.0";
  if (openapi !== undefined && /^3\.1(\.|$)/.test(version)) return "3.1";
  throw new OpenApiError(
    "openapi_not_a_document",
    "#",
    version === ""
      ? "This is no OpenAPI document: it has neither `openapi` nor `swagger`"
      : `This says that it is version ${version}. Only Swagger 2.0, OpenAPI 3.0 and 3.1 can be read`,
  );
}

type Outcome = { ok: true; document: JsonObject } | { ok: false; why: string };

function tryUpgrade(document: JsonObject): Outcome {
  try {
    // The library changes what it is given.
    const upgraded: unknown = upgrade(structuredClone(textVersion(document)), "3.1");
    return isObject(upgraded)
      ? { ok: true, document: upgraded }
      : { ok: false, why: "it is no object" };
  } catch (error) {
    return { ok: false, why: messageOf(error) };
  }
}

/** YAML reads `swagger: 2.0` as a number, and 2.0 is 2 then. */
function textVersion(document: JsonObject): Record<string, unknown> {
  const { swagger, openapi } = document;
  if (swagger !== undefined) return { ...document, swagger: "2.0" };
  return { ...document, openapi: String(openapi) === "3" ? "3.0.0" : String(openapi) };
}

/** Upgrades each operation by itself, to find those that the library fails at. */
function withoutBadOperations(document: JsonObject): { rest: JsonObject; left: Problem[] } {
  const left: Problem[] = [];
  const paths = entriesOf(document.paths).map(([path, item]) => {
    const kept = entriesOf(item).filter(([member, value]) => {
      const alone = { ...document, definitions: {}, paths: { [path]: { [member]: value } } };
      const outcome = tryUpgrade(alone);
      if (outcome.ok) return true;
      left.push({ place: pointerTo("#/paths", path, member), message: outcome.why });
      return false;
    });
    return [path, Object.fromEntries(kept)];
  });
  return { rest: { ...document, paths: Object.fromEntries(paths) }, left };
}

/** `collectionFormat: tsv` has no equal in OpenAPI 3; the upgrade drops it without a word. */
function unwritable(document: JsonObject): Problem[] {
  return entriesOf(document.paths).flatMap(([path, item]) =>
    entriesOf(item).flatMap(([member, operation]) => {
      const parameters =
        member === "parameters" ? operation : isObject(operation) && operation.parameters;
      return (Array.isArray(parameters) ? parameters : [])
        .filter((parameter) => isObject(parameter) && parameter.collectionFormat === "tsv")
        .map((parameter) => ({
          place: pointerTo("#/paths", path, member),
          message: `The list ${textOf(parameter.name) ?? ""} is separated by tabs, which OpenAPI 3 does not know: it is sent as OpenAPI 3 does by default`,
        }));
    }),
  );
}
