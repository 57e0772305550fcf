import { rowOf, type TelemetryEvent, withFields } from "./events";
import { type Cell, fitting } from "./table";

/** What is shown of an invocation unless the caller names fields; `events` is how many it logged. */
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
 * One page of invocations, each told by the event that sums it up, with the first error that one of its
 * events has.
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
  // The event that sums up has the request's address for an error; a log or an exception tells more.
  const error = rows.find((row) => row !== sum && row["$metadata.error"] != null) ?? sum;
  return {
    ...sum,
    "$metadata.error": error?.["$metadata.error"] ?? null,
    events: events.length,
  };
}
