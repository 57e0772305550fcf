import { isObject, type JsonObject } from "../../src/engine/openapi/arguments/json.ts";

// The Worker reads what these make with the same three.
export { isObject, type JsonObject, memberOf } from "../../src/engine/openapi/arguments/json.ts";

/** The members of an object; none of anything else. */
export const entriesOf = (value: unknown): [string, unknown][] =>
  isObject(value) ? Object.entries(value) : [];

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export const stringsOf = (value: unknown): string[] =>
  listOf(value).filter((item) => typeof item === "string");

export const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;

/** An object without some of its members. */
export function without(value: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));
}

/** RFC 6901, section 3: a JSON pointer to a member of what another points to. */
export function pointerTo(parent: string, ...names: readonly (string | number)[]): string {
  return [parent, ...names.map((name) => escapeName(String(name)))].join("/");
}

const escapeName = (name: string) => name.replaceAll("~", "~0").replaceAll("/", "~1");

/**
 * The names in a JSON pointer that is the fragment of a URI (RFC 6901, section 6).
 *
 * @param fragment without its `#`.
 */
export function namesOfPointer(fragment: string): string[] {
  return fragment
    .split("/")
    .slice(1)
    .map((name) => decode(name).replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** Some documents have a bare `%` in a reference. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The same text for the same value, whatever order its members stand in. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    isObject(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : member,
  );
}
