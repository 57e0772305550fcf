import { errorText } from "../lib/error-text";
import type { Batch } from "./batch";

/** Stores a batch, whether it was stored already or not. @throws when it cannot, or not in time. */
export type BatchStore = (batch: Batch) => Promise<void>;

/** How long one attempt at D1, and one at the outbox, may take: a request lives 30 seconds at most. */
const ATTEMPT_MS = 3_000;

/** While D1 fails, it is tried again this often; in between, batches go straight to the outbox. */
const D1_PAUSE_MS = 10_000;

/** Several, so that no single object has to accept the events of a whole deployment. */
const OUTBOXES = 4;

/** Ids make it idempotent: an event that arrives twice, or at both places, is there once. */
export function insertBatch(database: D1Database, { id, users, events }: Batch) {
  return database
    .prepare("INSERT OR IGNORE INTO audit_batches (id, users, events) VALUES (?1, ?2, ?3)")
    .bind(id, users, events);
}

/** Stores batches in D1 or, while D1 does not accept them, in an outbox, which moves them there later. */
export function batchStore(env: Env): BatchStore {
  let pausedUntilMs = 0;
  return async (batch) => {
    if (Date.now() >= pausedUntilMs) {
      try {
        await withinTime(ATTEMPT_MS, insertBatch(env.DB, batch).run());
        return;
      } catch (error) {
        pausedUntilMs = Date.now() + D1_PAUSE_MS;
        console.warn({ event: "audit_goes_to_outbox", error: errorText(error) });
      }
    }
    // The last digits are the isolate's own, so that its batches stay in order.
    const shard = Number.parseInt(batch.id.slice(-4), 16) % OUTBOXES;
    await withinTime(ATTEMPT_MS, env.AUDIT_OUTBOX.getByName(`outbox-${shard}`).put(batch));
  };
}

/** Stops waiting when the work takes too long. @throws what the work throws, or that it is late. */
export async function withinTime(limitMs: number, work: Promise<unknown>): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("No answer in time")), limitMs);
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
