import { count, countCursor } from "./counter";
import { watched } from "./watched";

/**
 * The same state, with storage that counts the rows read and written. SQL reports them itself; for the
 * key-value methods, which are billed as rows of a hidden table, each key counts as one row.
 */
export function countingState(state: DurableObjectState): DurableObjectState {
  const { storage } = state;
  const standIn = watched(storage, watchKeys, {
    sql: watched(storage.sql, (name, _args, call) => {
      const cursor = call();
      if (name === "exec" && isCursor(cursor)) countCursor(cursor);
      return cursor;
    }),
    kv: watched(storage.kv, watchKeys),
  });
  // The object's base class takes a state of the runtime only, no stand-in for one.
  Object.defineProperty(state, "storage", { value: standIn });
  return state;
}

function watchKeys(name: string, [keys]: readonly unknown[], call: () => unknown): unknown {
  const result = call();
  const rows = numberOfKeys(keys);
  if (name === "get") count("objectRowsRead", rows);
  if (name === "put" || name === "delete") count("objectRowsWritten", rows);
  if (name === "setAlarm" || name === "deleteAlarm") count("objectRowsWritten");
  if (name === "list") countListed(result);
  return result;
}

/** One key, an array of keys, or an object of keys and values. */
function numberOfKeys(keys: unknown): number {
  if (Array.isArray(keys)) return keys.length;
  return typeof keys === "object" && keys !== null ? Object.keys(keys).length : 1;
}

function countListed(result: unknown): void {
  if (result instanceof Promise) {
    result.then((rows) => count("objectRowsRead", rows instanceof Map ? rows.size : 0));
  } else {
    // The synchronous `list` returns rows as they are read; how many will be is not known here.
    count("objectRowsRead");
  }
}

function isCursor(value: unknown): value is SqlStorageCursor<Record<string, SqlStorageValue>> {
  return typeof value === "object" && value !== null && "rowsWritten" in value;
}
