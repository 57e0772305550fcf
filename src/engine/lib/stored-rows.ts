import type * as z from "zod";
import { type ErrorCode, GatehouseError } from "./gatehouse-error";

/**
 * Reads a row of a Durable Object's key-value store through its schema. It is never cast: a row from an
 * earlier version of this server may have another shape.
 *
 * A row without a `version` is of version 1. To change the shape of a row, give the new shape a `version`, make
 * its schema a union in which the older members `transform` into the newest, and keep them for as long as such
 * rows may exist: a grant's for GRANT_IDLE_TTL_SECONDS, a session's for SESSION_IDLE_TTL_SECONDS.
 * test/worker/old-storage.test.ts opens what version 1 wrote.
 *
 * @returns undefined when there is no such row.
 * @throws StoredRowError for one that no version of this server wrote, or only a later one.
 */
export function readRow<Schema extends z.ZodType>(
  kv: SyncKvStorage,
  key: string,
  schema: Schema,
): z.output<Schema> | undefined {
  const value = kv.get(key);
  return value === undefined ? undefined : parseRow(key, value, schema);
}

/** The same for a row that was already read, such as one of a list. */
export function parseRow<Schema extends z.ZodType>(
  key: string,
  value: unknown,
  schema: Schema,
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new StoredRowError(key);
  return parsed.data;
}

/** A row that cannot be read. The error leaves out its value, which may be anything. */
export class StoredRowError extends GatehouseError {
  override readonly name = "StoredRowError";
  override readonly code = "stored_row_unknown" satisfies ErrorCode;

  constructor(key: string) {
    super(`The row "${key}" is of no version that this server knows; was a later one rolled back?`);
  }
}
