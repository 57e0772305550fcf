import { parseDocument as parseYaml } from "yaml";
import { isObject, type JsonObject } from "./json.ts";
import { messageOf, OpenApiError } from "./openapi-error.ts";

/** What a document and its files may weigh together. The largest public ones have some 20 MB. */
export const MAX_BYTES = 32 * 1024 * 1024;

/** No real document nests half as deep. What walks through one calls itself. */
const MAX_DEPTH = 200;

/**
 * Parses a file of a document: JSON, or YAML 1.2.
 *
 * @param place names the file in errors.
 * @throws OpenApiError `openapi_syntax` for what is neither, repeats its aliases without measure, or nests too
 *   deep; `openapi_not_a_document` for what is no object.
 */
export function parseFile(text: string, place: string): JsonObject {
  const value = parseText(text.replace(/^\uFEFF/, ""), place);
  if (!isObject(value)) {
    throw new OpenApiError("openapi_not_a_document", place, "This is no object, so no document");
  }
  if (isDeeperThan(value, MAX_DEPTH)) {
    throw new OpenApiError("openapi_syntax", place, `This nests deeper than ${MAX_DEPTH} levels`);
  }
  return value;
}

function parseText(text: string, place: string): unknown {
  if (/^\s*[{[]/.test(text)) {
    try {
      return JSON.parse(text);
    } catch (error) {
      // YAML can begin with a brace too, and its parser names the line.
      return yamlOf(text, place, error);
    }
  }
  return yamlOf(text, place);
}

function yamlOf(text: string, place: string, cause?: unknown): unknown {
  try {
    const parsed = parseYaml(text, { prettyErrors: true, logLevel: "silent" });
    const [fault] = parsed.errors;
    if (fault !== undefined) throw fault;
    // An alias is one object in many places: a copy has one in each.
    const value: unknown = parsed.toJS({ maxAliasCount: 100 });
    return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
  } catch (error) {
    throw new OpenApiError(
      "openapi_syntax",
      place,
      `This is neither JSON nor YAML: ${messageOf(error)}`,
      { cause: cause ?? error },
    );
  }
}

/** Level by level, as the value may be too deep to call itself through. */
function isDeeperThan(value: JsonObject, limit: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limit) return true;
    const members = new Set<unknown>();
    for (const item of level) {
      if (typeof item !== "object" || item === null) continue;
      for (const member of Object.values(item)) {
        if (typeof member === "object" && member !== null) members.add(member);
      }
    }
    level = [...members];
  }
  return false;
}
