import * as z from "zod";
import type { PersonStorage, StoredRecord, UsageReport } from "./ports";
import { newRecordId } from "./record-id";

const rowSchema = z.object({ id: z.string(), value: z.string(), created_at_ms: z.number() });
const countSchema = z.object({ people: z.int(), records: z.int() });

/** The records of one person in D1 (migrations/0001_person_records.sql). */
export function personStorage(database: D1Database, userId: string): PersonStorage {
  return {
    async add(collection, value, { maxRecords }) {
      const nowMs = Date.now();
      const id = newRecordId(nowMs);
      // One statement, so that two calls at once cannot both take the last free place.
      const { meta } = await database
        .prepare(
          "INSERT INTO person_records (user_id, collection, id, value, created_at_ms) " +
            "SELECT ?1, ?2, ?3, ?4, ?5 WHERE " +
            "(SELECT count(*) FROM person_records WHERE user_id = ?1 AND collection = ?2) < ?6",
        )
        .bind(userId, collection, id, JSON.stringify(value), nowMs, maxRecords)
        .run();
      return meta.changes === 0
        ? undefined
        : { id, value, createdAt: new Date(nowMs).toISOString() };
    },

    async list(collection, { limit, after }) {
      // One row more than requested shows whether there is a next page.
      const { results } = await database
        .prepare(
          "SELECT id, value, created_at_ms FROM person_records " +
            "WHERE user_id = ?1 AND collection = ?2 AND (?3 IS NULL OR id < ?3) ORDER BY id DESC LIMIT ?4",
        )
        .bind(userId, collection, after ?? null, limit + 1)
        .all();
      return { records: results.slice(0, limit).map(toRecord), more: results.length > limit };
    },

    async put(collection, id, value) {
      await database
        .prepare(
          "INSERT INTO person_records (user_id, collection, id, value, created_at_ms) " +
            "VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET " +
            "value = excluded.value, created_at_ms = excluded.created_at_ms",
        )
        .bind(userId, collection, id, JSON.stringify(value), Date.now())
        .run();
    },

    async get(collection, id) {
      const row = await database
        .prepare(
          "SELECT id, value, created_at_ms FROM person_records " +
            "WHERE user_id = ?1 AND collection = ?2 AND id = ?3",
        )
        .bind(userId, collection, id)
        .first();
      return row === null ? undefined : toRecord(row);
    },

    async delete(collection, id) {
      const { meta } = await database
        .prepare("DELETE FROM person_records WHERE user_id = ?1 AND collection = ?2 AND id = ?3")
        .bind(userId, collection, id)
        .run();
      return meta.changes > 0;
    },

    async deleteAll(collection) {
      const { meta } = await database
        .prepare("DELETE FROM person_records WHERE user_id = ?1 AND collection = ?2")
        .bind(userId, collection)
        .run();
      return meta.changes;
    },
  };
}

/**
 * Deletes everything that tools keep for a person, and the index of their clients' calls. The audit itself keeps ids
 * only, until AUDIT_RETENTION_DAYS are over.
 *
 * @returns how many records there were.
 */
export async function erasePerson(database: D1Database, userId: string): Promise<number> {
  const [records] = await database.batch([
    database.prepare("DELETE FROM person_records WHERE user_id = ?1").bind(userId),
    database.prepare("DELETE FROM gatehouse_calls_by_person WHERE user_id = ?1").bind(userId),
  ]);
  return records?.meta.changes ?? 0;
}

export function usageReport(database: D1Database): UsageReport {
  return {
    async countAll() {
      const row = await database
        .prepare(
          "SELECT count(DISTINCT user_id) AS people, count(*) AS records FROM person_records",
        )
        .first();
      return countSchema.parse(row);
    },
  };
}

function toRecord(row: unknown): StoredRecord {
  const { id, value, created_at_ms } = rowSchema.parse(row);
  return { id, value: JSON.parse(value), createdAt: new Date(created_at_ms).toISOString() };
}
