import * as z from "zod";

/** What Workers are billed for, beside their time. */
export const countsSchema = z.object({
  workerRequests: z.number(),
  kvReads: z.number(),
  kvWrites: z.number(),
  kvDeletes: z.number(),
  kvLists: z.number(),
  /** Requests, calls and alarms that reach an object. */
  objectRequests: z.number(),
  /** Messages of WebSockets that reach an object. */
  objectMessages: z.number(),
  objectRowsRead: z.number(),
  objectRowsWritten: z.number(),
  d1Statements: z.number(),
  d1RowsRead: z.number(),
  d1RowsWritten: z.number(),
});
export type Counts = z.output<typeof countsSchema>;

/** Where an instrumented Worker tells them. */
export const COUNTS_PATH = "/bench/counts";
