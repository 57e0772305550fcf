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
  const kinds = kindsIn(schema);
  const counts = new Map<number, number>();
  const count = (value: JsonObject): void => {
    const { id = 0, chars = 0 } = kinds.get(value) ?? {};
    const times = counts.get(id) ?? 0;
    if (chars >= MIN_CHARS) counts.set(id, times + 1);
    // What stands in a repeated one is repeated only with it.
    if (times === 0) for (const { schema: sub } of subschemasOf(value)) count(sub);
  };
  count(schema);
  if (![...counts.values()].some((times) => times > 1)) return schema;

  const before = isObject(schema.$defs) ? schema.$defs : {};
  const definitions = new Map<string, unknown>();
  const names = new Map<number, string>();
  const replace = (value: unknown, name: string | number | undefined): unknown => {
    if (!isObject(value)) return value;
    const id = kinds.get(value)?.id ?? 0;
    if ((counts.get(id) ?? 0) < 2) return inside(value);
    const known = names.get(id);
    if (known !== undefined) return { $ref: `#/$defs/${known}` };
    const free = freeName(
      String(name ?? "shared"),
      (taken) => Object.hasOwn(before, taken) || definitions.has(taken),
    );
    names.set(id, free);
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

type Kind = {
  /** The same for subschemas that are the same word for word. */
  readonly id: number;
  /** How long it is as JSON, or a little less. */
  readonly chars: number;
};

/** From the innermost out, so that each part of a large schema is read once. */
function kindsIn(schema: JsonObject): Map<JsonObject, Kind> {
  const kinds = new Map<JsonObject, Kind>();
  const ids = new Map<string, number>();
  const visit = (value: JsonObject): Kind => {
    const known = kinds.get(value);
    if (known !== undefined) return known;
    let inside = 0;
    const shallow = mapSubschemas(value, ({ schema: sub }) => {
      if (!isObject(sub)) return sub;
      const kind = visit(sub);
      inside += kind.chars;
      return kind.id;
    });
    const text = JSON.stringify(shallow);
    const id = ids.get(text) ?? ids.size + 1;
    ids.set(text, id);
    const kind = { id, chars: text.length + inside };
    kinds.set(value, kind);
    return kind;
  };
  visit(schema);
  return kinds;
}

function freeName(name: string, isTaken: (name: string) => boolean): string {
  const base = name.replaceAll(/[^A-Za-z0-9_.-]+/g, "_") || "shared";
  let free = base;
  for (let count = 2; isTaken(free); count++) free = `${base}_${count}`;
  return free;
}
