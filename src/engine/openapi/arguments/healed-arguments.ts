import type { Schema } from "@cfworker/json-schema";
import { isObject } from "./json";
import { acceptedTypes, memberSchema, typeOf } from "./schema-types";

/** As deep as a message of MCP is read at most; what a text holds was not counted there. */
const MAX_DEPTH = 64;

/**
 * Arguments with JSON in place of texts of JSON, which some models and clients write for lists and objects, numbers and
 * booleans. Only where the schema takes no text at all: a text is never read as something else where one is meant.
 *
 * @param root a checkable schema.
 */
export function healedArguments(root: Schema, args: unknown): unknown {
  return healed(root, root, args, 0);
}

function healed(root: Schema, schema: Schema | boolean, value: unknown, depth: number): unknown {
  if (schema === true || depth > MAX_DEPTH) return value;
  if (typeof value === "string") {
    const types = acceptedTypes(root, schema);
    if (types === undefined || types.has("string")) return value;
    const parsed = parsedText(value);
    return parsed !== undefined && types.has(typeOf(parsed))
      ? healed(root, schema, parsed, depth)
      : value;
  }
  if (Array.isArray(value)) {
    return value.map((item, index) =>
      healed(root, memberSchema(root, schema, index), item, depth + 1),
    );
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      healed(root, memberSchema(root, schema, key), item, depth + 1),
    ]),
  );
}

/** @returns undefined for what is no JSON, nests too deeply, or is a number that would become another. */
function parsedText(text: string): unknown {
  if (nesting(text) > MAX_DEPTH) return undefined;
  try {
    const parsed: unknown = JSON.parse(text);
    const isOther = typeof parsed === "number" && !isSame(parsed, text);
    return typeof parsed === "string" || isOther ? undefined : parsed;
  } catch {
    return undefined;
  }
}

/** Zeros at the end of a fraction mean nothing; digits beyond a number's precision do. */
function isSame(parsed: number, text: string): boolean {
  const digits = text.trim();
  return String(parsed) === (digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits);
}

/** How deep JSON nests at most; brackets in its texts may make it seem deeper. */
function nesting(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    depth += bracket === "[" || bracket === "{" ? 1 : -1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}
