import * as z from "zod";

/** What Workers are billed for, besides their time. */
export const countNames = [
  "workerRequests",
  "kvReads",
  "kvWrites",
  "kvDeletes",
  "kvLists",
  /** Requests, calls and alarms that reach an object. */
  "objectRequests",
  /** Messages of WebSockets that reach an object. */
  "objectMessages",
  "objectRowsRead",
  "objectRowsWritten",
  "d1Statements",
  "d1RowsRead",
  "d1RowsWritten",
] as const;

export const countsSchema = z.record(z.enum(countNames), z.number());
export type Counts = z.output<typeof countsSchema>;

/** Where an instrumented Worker serves them. */
export const COUNTS_PATH = "/bench/counts";
