import { type Counts, countNames, countsSchema } from "./counts";

type Count = keyof Counts;

const counts = new Map<Count, number>();

/** Rows are known only once a statement's rows were fetched, so each cursor is asked in the end. */
const cursors = new Set<SqlStorageCursor<Record<string, SqlStorageValue>>>();

export function count(name: Count, times = 1): void {
  counts.set(name, (counts.get(name) ?? 0) + times);
}

export function countCursor(cursor: SqlStorageCursor<Record<string, SqlStorageValue>>): void {
  cursors.add(cursor);
}

/** What was counted in this isolate since the last time that it was forgotten. */
export function counted(): Counts {
  const rows = [...cursors];
  return countsSchema.parse({
    ...Object.fromEntries(countNames.map((name) => [name, counts.get(name) ?? 0])),
    objectRowsRead: rows.reduce((sum, { rowsRead }) => sum + rowsRead, kvRows("objectRowsRead")),
    objectRowsWritten: rows.reduce(
      (sum, { rowsWritten }) => sum + rowsWritten,
      kvRows("objectRowsWritten"),
    ),
  });
}

export function forgetCounts(): void {
  counts.clear();
  cursors.clear();
}

function kvRows(name: Count): number {
  return counts.get(name) ?? 0;
}
