import * as z from "zod";

/** An event as it is read, even from a version of Gatehouse with other kinds. */
export const storedEventSchema = z.looseObject({
  id: z.string(),
  atMs: z.number(),
  kind: z.string(),
  outcome: z.string().optional(),
  userId: z.string().optional(),
  clientId: z.string().optional(),
});
export type StoredEvent = z.infer<typeof storedEventSchema>;

const HEADER = ["time (UTC)", "kind", "outcome", "person", "client", "what"];

/** Fields with their own column, ids that only --json shows, and fields that come first in the last column. */
const ELSEWHERE = new Set([
  ...["id", "atMs", "kind", "outcome", "userId", "clientId", "grantId", "sessionId", "requestId"],
  ...["tool", "readOnly", "argumentsHash", "scopes", "milliseconds"],
]);

/**
 * A table of events: one line each, whatever is in them. Text that clients and people chose themselves cannot
 * hide, look like something else, or leave its cell.
 */
export function auditTable(events: readonly StoredEvent[]): string {
  const rows = [HEADER, ...events.map(cellsOf)].map((row) => row.map(visible));
  const widths = HEADER.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "))
    .map((line) => line.trimEnd())
    .join("\n");
}

/** An event as one line of JSON that makes every character outside of plain ASCII visible. */
export function jsonLine(event: StoredEvent): string {
  return JSON.stringify(event).replaceAll(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function cellsOf(event: StoredEvent): string[] {
  const { atMs, kind, outcome = "", userId = "", clientId = "" } = event;
  return [timeOf(atMs), kind, outcome, userId, clientId, whatOf(event)];
}

function timeOf(atMs: number): string {
  const date = new Date(atMs);
  return Number.isNaN(date.getTime()) ? String(atMs) : date.toISOString().slice(0, 23);
}

function whatOf(event: StoredEvent): string {
  const { tool, milliseconds, scopes } = event;
  const rest = Object.entries(event).filter(([name]) => !ELSEWHERE.has(name));
  return [
    typeof tool === "string" ? tool : undefined,
    typeof milliseconds === "number" ? `${milliseconds} ms` : undefined,
    ...rest.map(([name, value]) => `${name}=${textOf(value)}`),
    // A call's scopes are all that its token has: too much for a line.
    tool === undefined && Array.isArray(scopes) ? `scopes=${textOf(scopes)}` : undefined,
  ]
    .filter((part) => part !== undefined)
    .join(" ");
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(String).join(",");
  return typeof value === "string" ? value : JSON.stringify(value);
}

const MAX_CELL = 200;

/**
 * Shows everything but printable ASCII as its code point: ids, scopes and tools need nothing else, and other
 * characters may be invisible, look like these, or move a terminal's cursor.
 */
function visible(text: string): string {
  const shown = text.replaceAll("\\", "\\\\").replaceAll(/[^\x20-\x7e]/gu, codePoint);
  const over = shown.length - MAX_CELL;
  return over <= 0 ? shown : `${shown.slice(0, MAX_CELL)}...(+${over})`;
}

function codePoint(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16)}}`;
}
