import { estimateTokens } from "./tokens";
import { hidesSomething, visibleJson } from "./visible-json";

type Scalar = string | number | boolean | null;
type Row = Readonly<Record<string, Scalar>>;

/**
 * An answer as text for a model: JSON, with each list of flat objects as a table where that is shorter. It has
 * what the value has, and nothing else.
 *
 * A table has a row per line, and tabs between cells. An empty cell is a member that the object does not have; a
 * number, true, false, null or text in quotes is that JSON value; anything else is text as it stands.
 */
export function answerText(value: unknown): string {
  const json = visibleJson(value);
  const tables: string[] = [];
  const rest = withoutTables(value, "", tables);
  if (tables.length === 0) return json;
  const text = [...(rest === undefined ? [] : [visibleJson(rest)]), ...tables].join("\n");
  return estimateTokens(text) < estimateTokens(json) ? text : json;
}

/** Takes lists out that are shorter as tables, at the root and in objects; undefined when nothing is left. */
function withoutTables(value: unknown, path: string, tables: string[]): unknown {
  if (Array.isArray(value)) {
    const table = tableOf(value);
    if (table === undefined) return value;
    tables.push(`${path === "" ? "" : `${path}: `}${value.length} rows\n${table}`);
    return undefined;
  }
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).flatMap(([name, inside]) => {
    const at = path === "" ? cell(name) : `${path}.${cell(name)}`;
    const rest = withoutTables(inside, at, tables);
    return rest === undefined ? [] : [[name, rest] as const];
  });
  return members.length === 0 && Object.keys(value).length > 0
    ? undefined
    : Object.fromEntries(members);
}

/** @returns undefined when the items are not flat objects, or JSON is shorter. */
function tableOf(items: readonly unknown[]): string | undefined {
  if (items.length < 2) return undefined;
  const rows = items.filter(isRow);
  if (rows.length < items.length) return undefined;
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  if (columns.length === 0) return undefined;
  const lines = rows.map((row) =>
    columns.map((column) => (Object.hasOwn(row, column) ? cell(row[column]) : "")).join("\t"),
  );
  const table = [columns.map(cell).join("\t"), ...lines].join("\n");
  return estimateTokens(table) < estimateTokens(visibleJson(items)) ? table : undefined;
}

function isRow(item: unknown): item is Row {
  return (
    typeof item === "object" &&
    item !== null &&
    !Array.isArray(item) &&
    Object.values(item).every((value) => value === null || typeof value !== "object")
  );
}

/** Text that would read as another value, or leave its cell, is in quotes. */
function cell(value: Scalar | undefined): string {
  if (value === undefined) return "";
  if (typeof value !== "string") return visibleJson(value);
  return READS_AS_JSON.test(value) || value.trim() !== value || hidesSomething(value)
    ? visibleJson(value)
    : value;
}

const READS_AS_JSON = /^(?:|".*|true|false|null|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)$/s;
