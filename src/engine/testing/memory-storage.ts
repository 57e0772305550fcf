import type { PersonStorage, StoredRecord, UsageReport } from "../storage/ports";

/** A person's records in memory, for tests. */
export type MemoryStorage = PersonStorage &
  UsageReport & {
    /** How many changes there were: a tool must ask before it changes anything. */
    readonly changes: number;
  };

/**
 * An empty storage that follows the rules of the real one: newest first, at most `maxRecords`, values as they
 * come back from JSON. Calls that share one belong to one person.
 *
 * @example
 * const storage = memoryStorage();
 * await callTool(saveNote, { text: "Hello" }, { storage });
 * await storage.list("notes", { limit: 10 });
 */
export function memoryStorage(): MemoryStorage {
  const collections = new Map<string, Map<string, StoredRecord>>();
  let added = 0;
  let changes = 0;

  const recordsOf = (collection: string) => collections.get(collection) ?? new Map();
  function write(collection: string, id: string, value: unknown): StoredRecord {
    const createdAt = new Date().toISOString();
    const record = { id, value: JSON.parse(JSON.stringify(value)), createdAt };
    collections.set(collection, new Map([...recordsOf(collection), [id, record]]));
    changes++;
    return record;
  }

  return {
    get changes() {
      return changes;
    },
    async add(collection, value, { maxRecords }) {
      if (recordsOf(collection).size >= maxRecords) return undefined;
      // Like real ids, later ones sort after earlier ones.
      return write(collection, (++added).toString(16).padStart(24, "0"), value);
    },
    async list(collection, { limit, after }) {
      const found = [...recordsOf(collection).values()]
        .toSorted((one, other) => (one.id < other.id ? 1 : -1))
        .filter(({ id }) => after === undefined || id < after);
      return { records: found.slice(0, limit), more: found.length > limit };
    },
    async put(collection, id, value) {
      write(collection, id, value);
    },
    async get(collection, id) {
      return recordsOf(collection).get(id);
    },
    async delete(collection, id) {
      changes++;
      return recordsOf(collection).delete(id);
    },
    async deleteAll(collection) {
      changes++;
      const { size } = recordsOf(collection);
      collections.delete(collection);
      return size;
    },
    async countAll() {
      const records = [...collections.values()].reduce((sum, { size }) => sum + size, 0);
      return { people: records > 0 ? 1 : 0, records };
    },
  };
}
