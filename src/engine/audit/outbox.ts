import { DurableObject } from "cloudflare:workers";
import * as z from "zod";
import { errorText } from "../lib/error-text";
import { readRow } from "../lib/stored-rows";
import type { Batch } from "./batch";
import { insertBatch, withinTime } from "./batch-store";

const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 60_000;
/** A few megabytes at most, which D1 accepts at once. */
const AT_ONCE = 20;
const MOVE_LIMIT_MS = 20_000;
const FAILURES_KEY = "failures";

/** Both rows are of version 1; see lib/stored-rows.ts. */
const failuresSchema = z.number();
const batchSchema = z.object({ id: z.string(), users: z.string(), events: z.string() });

/**
 * Keeps batches of the audit while D1 does not accept them, and moves them there, the oldest first. It is
 * empty, and stores nothing at all, when there is nothing to move.
 */
export class AuditOutbox extends DurableObject<Env> {
  /** Keeps a batch. It is on disk when this resolves. */
  async put({ id, users, events }: Batch): Promise<void> {
    const { storage } = this.ctx;
    this.#makeTable();
    storage.sql.exec(
      "INSERT OR IGNORE INTO batches (id, users, events) VALUES (?, ?, ?)",
      id,
      users,
      events,
    );
    if ((await storage.getAlarm()) === null) {
      await storage.setAlarm(Date.now() + FIRST_DELAY_MS);
    }
  }

  override async alarm(): Promise<void> {
    const { storage } = this.ctx;
    this.#makeTable();
    const batches = this.#oldest();
    try {
      const inserts = batches.map((batch) => insertBatch(this.env.DB, batch));
      if (inserts.length > 0) await withinTime(MOVE_LIMIT_MS, this.env.DB.batch(inserts));
    } catch (error) {
      const failures = (readRow(storage.kv, FAILURES_KEY, failuresSchema) ?? 0) + 1;
      storage.kv.put(FAILURES_KEY, failures);
      console.warn({ event: "audit_outbox_waits", failures, error: errorText(error) });
      await storage.setAlarm(Date.now() + Math.min(FIRST_DELAY_MS * 2 ** failures, MAX_DELAY_MS));
      return;
    }
    for (const { id } of batches) storage.sql.exec("DELETE FROM batches WHERE id = ?", id);
    storage.kv.delete(FAILURES_KEY);
    // Nothing is awaited between the check and the deletion, so that nothing can be added in between.
    if (this.#oldest().length > 0) await storage.setAlarm(Date.now());
    else await storage.deleteAll();
  }

  #makeTable(): void {
    this.ctx.storage.sql.exec(
      "CREATE TABLE IF NOT EXISTS batches " +
        "(id TEXT PRIMARY KEY, users TEXT NOT NULL, events TEXT NOT NULL) STRICT, WITHOUT ROWID",
    );
  }

  #oldest(): Batch[] {
    const { sql } = this.ctx.storage;
    const rows = sql.exec("SELECT id, users, events FROM batches ORDER BY id LIMIT ?", AT_ONCE);
    return rows.toArray().map((row) => batchSchema.parse(row));
  }
}
