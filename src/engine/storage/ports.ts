/** Something a tool keeps for a person: any JSON value. */
export type StoredRecord = {
  readonly id: string;
  /** As it was stored. It may come from an older version of the tool: parse it. */
  readonly value: unknown;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
};

/**
 * One person's records. It is made for a person and cannot address anybody else's.
 *
 * @example
 * const note = await storage.add("notes", { text }, { maxRecords: 100 });
 * const { records, hasMore } = await storage.list("notes", { limit: 20, after: note?.id });
 * await storage.put("settings", "theme", { dark: true });
 * const theme = themeSchema.parse((await storage.get("settings", "theme"))?.value);
 * const wasThere = await storage.delete("notes", id);
 */
export type PersonStorage = {
  /**
   * Adds a record to a collection.
   *
   * @param limits `maxRecords`: how many the person may have in this collection.
   * @returns the new record, or undefined when there are that many already.
   */
  add(
    collection: string,
    value: unknown,
    limits: { readonly maxRecords: number },
  ): Promise<StoredRecord | undefined>;
  /**
   * Lists a collection, newest first.
   *
   * @param page `after`: the id of the last record of the previous page, which may no longer exist.
   * @returns at most `limit` records, and whether there are more.
   */
  list(
    collection: string,
    page: { readonly limit: number; readonly after?: string | undefined },
  ): Promise<{ records: StoredRecord[]; more: boolean }>;
  /** Sets the record of an id that the tool chooses, whether or not it exists: for a single value. */
  put(collection: string, id: string, value: unknown): Promise<void>;
  /** Reads a record. @returns undefined when there is none. */
  get(collection: string, id: string): Promise<StoredRecord | undefined>;
  /** Deletes a record. @returns whether it was there. */
  delete(collection: string, id: string): Promise<boolean>;
  /** Deletes a whole collection. @returns how many records there were. */
  deleteAll(collection: string): Promise<number>;
};

/** What administrators may know of everybody's records: how many there are. */
export type UsageReport = {
  countAll(): Promise<{ people: number; records: number }>;
};
