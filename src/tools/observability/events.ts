import * as z from "zod";
import { type Cell, cellText, fitting, type Row, visible } from "./table";

/** An event as the API returns it: some fields are documented, the rest is whatever a Worker logs. */
export const eventSchema = z.looseObject({
  timestamp: z.union([z.number(), z.string()]).optional().catch(undefined),
  $metadata: z.looseObject({ id: z.string().optional() }).optional().catch(undefined),
  source: z.unknown().optional(),
});
export type TelemetryEvent = z.infer<typeof eventSchema>;

/** The fields shown by default. `$metadata.error` repeats the message. */
export const EVENT_FIELDS = [
  "timestamp",
  "$metadata.service",
  "$metadata.level",
  "$metadata.trigger",
  "$metadata.message",
  "$workers.event.response.status",
  "$workers.outcome",
  "$workers.wallTimeMs",
  "$metadata.requestId",
  "$metadata.id",
];

const MAX_DEPTH = 8;

/**
 * An event as one row, each field under its name in filters: the fields that a Worker logs have no
 * prefix, the others `$metadata.` or `$workers.`.
 */
export function rowOf({ source, timestamp, ...rest }: TelemetryEvent): Record<string, Cell> {
  const row: Record<string, Cell> = {};
  if (timestamp !== undefined) row.timestamp = isoTime(timestamp);
  if (typeof source === "object") flattenInto(row, "", source, 0);
  else if (source !== undefined) row.source = cellOf(source);
  flattenInto(row, "", rest, 0);
  return row;
}

/** The row with these fields only, where they have a value. */
export function withFields(row: Row, fields: readonly string[]): Record<string, Cell> {
  return Object.fromEntries(
    fields.flatMap((field) => {
      const value = row[field];
      return value == null ? [] : [[field, value]];
    }),
  );
}

/**
 * One page of events: those that fit into a result, and where the next page begins.
 *
 * @param limit how many the API was asked for.
 */
export function eventsPage(
  events: readonly TelemetryEvent[],
  fields: readonly string[],
  limit: number,
): { rows: Record<string, Cell>[]; nextOffset: string | undefined } {
  const rows = fitting(
    fields,
    events.map((event) => withFields(rowOf(event), fields)),
  );
  const isMore = rows.length < events.length || events.length >= limit;
  return { rows, nextOffset: isMore ? events[rows.length - 1]?.$metadata?.id : undefined };
}

function flattenInto(
  row: Record<string, Cell>,
  prefix: string,
  value: unknown,
  depth: number,
): void {
  if (value === null || value === undefined) return;
  if (typeof value !== "object" || Array.isArray(value) || depth >= MAX_DEPTH) {
    row[prefix] = cellOf(value);
    return;
  }
  for (const [key, inner] of Object.entries(value)) {
    flattenInto(row, prefix === "" ? visible(key) : `${prefix}.${visible(key)}`, inner, depth + 1);
  }
}

export function cellOf(value: unknown): Cell {
  if (value === null || typeof value === "number" || typeof value === "boolean") return value;
  return cellText(typeof value === "string" ? value : jsonOf(value));
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "";
  } catch {
    // Nested so deeply that the stack overflows.
    return "(nested too deeply to show)";
  }
}

/** ISO 8601; unchanged if it is not a time. */
export function isoTime(time: number | string): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? cellText(String(time)) : date.toISOString();
}
