import { isObject, type JsonObject } from "./json.ts";
import { mapSubschemas, subschemasOf } from "./schema-keywords.ts";

/** A shorter one costs no less as a definition and its references. */
const MIN_CHARS = 160;

/**
 * Makes a definition of each subschema that stands in several places word for word, where that is shorter.
 *
 * @param schema a root, with its `$defs`.
 */
export function hoistRepeated(schema: JsonObject): JsonObject {
  const counts = new Map<string, number>();
  const texts = new Map<JsonObject, string>();
  const count = (value: JsonObject): void => {
    const text = JSON.stringify(value);
    texts.set(value, text);
    const times = counts.get(text) ?? 0;
    if (text.length >= MIN_CHARS) counts.set(text, times + 1);
    // What stands in a repeated one is repeated only with it.
    if (times === 0) for (const { schema: sub } of subschemasOf(value)) count(sub);
  };
  count(schema);
  if (![...counts.values()].some((times) => times > 1)) return schema;

  const before = isObject(schema.$defs) ? schema.$defs : {};
  const definitions = new Map<string, unknown>();
  const names = new Map<string, string>();
  const replace = (value: unknown, name: string | number | undefined): unknown => {
    if (!isObject(value)) return value;
    const text = texts.get(value) ?? "";
    if ((counts.get(text) ?? 0) < 2) return inside(value);
    const known = names.get(text);
    if (known !== undefined) return { $ref: `#/$defs/${known}` };
    const free = freeName(
      String(name ?? "shared"),
      (taken) => Object.hasOwn(before, taken) || definitions.has(taken),
    );
    names.set(text, free);
    definitions.set(free, undefined);
    definitions.set(free, inside(value));
    return { $ref: `#/$defs/${free}` };
  };
  const inside = (value: JsonObject): JsonObject =>
    mapSubschemas(value, ({ schema: sub, keyword, name }) =>
      // A definition has its name already.
      keyword === "$defs" && isObject(sub) ? inside(sub) : replace(sub, name),
    );
  const { $defs, ...rest } = inside(schema);
  return { ...rest, $defs: { ...(isObject($defs) && $defs), ...Object.fromEntries(definitions) } };
}

function freeName(name: string, isTaken: (name: string) => boolean): string {
  const base = name.replaceAll(/[^A-Za-z0-9_.-]+/g, "_") || "shared";
  let free = base;
  for (let count = 2; isTaken(free); count++) free = `${base}_${count}`;
  return free;
}
