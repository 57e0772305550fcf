import { rowOf, type TelemetryEvent, withFields } from "./events";
import { type Cell, fitting } from "./table";

/** The fields shown by default; `events` is how many events the invocation logged. */
export const INVOCATION_FIELDS = [
  "timestamp",
  "$metadata.service",
  "$metadata.trigger",
  "$workers.event.response.status",
  "$workers.outcome",
  "$workers.wallTimeMs",
  "$workers.cpuTimeMs",
  "$metadata.error",
  "events",
  "$metadata.requestId",
];

/**
 * One page of invocations, each shown by its summary event, with the first error among its events.
 *
 * @param invocations the events of each, by request id.
 * @param limit how many the API was asked for.
 */
export function invocationsPage(
  invocations: Readonly<Record<string, readonly TelemetryEvent[]>>,
  fields: readonly string[],
  limit: number,
): { rows: Record<string, Cell>[]; nextOffset: string | undefined } {
  const all = Object.values(invocations).filter((events) => events.length > 0);
  const rows = fitting(
    fields,
    all.map((events) => withFields(invocationRow(events), fields)),
  );
  const isMore = rows.length < all.length || all.length >= limit;
  const last = all[rows.length - 1]?.at(-1);
  return { rows, nextOffset: isMore ? last?.$metadata?.id : undefined };
}

function invocationRow(events: readonly TelemetryEvent[]): Record<string, Cell> {
  const rows = events.map(rowOf);
  const sum = rows.find((row) => row["$metadata.type"] === "cf-worker-event") ?? rows[0];
  // The summary event has the request's address as its error; a log or an exception says more.
  const error = rows.find((row) => row !== sum && row["$metadata.error"] != null) ?? sum;
  return {
    ...sum,
    "$metadata.error": error?.["$metadata.error"] ?? null,
    events: events.length,
  };
}
