import { RECENT_MS } from "./audit-query";
import { BATCH_SPAN_MS } from "./batch";
import { firstIdAt } from "./event-id";

const DAY_MS = 86_400_000;
/** D1 is busy during each statement, and other statements wait for it. */
const BATCHES_PER_STEP = 500;
/** The next day's run deletes what is left after this many steps. */
const MAX_STEPS = 200;

/**
 * Deletes the batches with only events older than `retentionDays`, in steps, the oldest first.
 *
 * @returns how many batches it deleted.
 */
export async function deleteOldBatches(
  database: D1Database,
  retentionDays: number,
  nowMs = Date.now(),
): Promise<number> {
  const before = firstIdAt(nowMs - retentionDays * DAY_MS - BATCH_SPAN_MS);
  const statement = database
    .prepare(
      "DELETE FROM audit_batches WHERE id IN " +
        "(SELECT id FROM audit_batches WHERE id < ?1 ORDER BY id LIMIT ?2)",
    )
    .bind(before, BATCHES_PER_STEP);
  let deleted = 0;
  for (let step = 0; step < MAX_STEPS; step++) {
    const { meta } = await statement.run();
    deleted += meta.changes;
    if (meta.changes < BATCHES_PER_STEP) break;
  }
  return deleted;
}

/** Deletes the rows of the index of calls that no page reads any more. The batches stay. */
export async function deleteOldIndexRows(database: D1Database, nowMs = Date.now()): Promise<void> {
  const before = firstIdAt(nowMs - RECENT_MS - BATCH_SPAN_MS);
  await database
    .prepare("DELETE FROM gatehouse_calls_by_person WHERE batch_id < ?1")
    .bind(before)
    .run();
}
