import { parseRow } from "../lib/stored-rows";
import { sessionRowSchema } from "./grant-row-schemas";

const PREFIX = "session:";

/**
 * How many sessions a grant can have at once. Hosted clients begin one for each conversation and end few; the
 * oldest make room, so that nobody is locked out. All of them can be told something within the thousand
 * requests that Cloudflare lets one invocation make.
 */
export const MAX_SESSIONS = 500;

/** The objects of the sessions that were begun with a grant and have not ended: a row each. */
export class GrantSessions {
  readonly #storage: DurableObjectStorage;
  #count: number | undefined;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** The oldest first. */
  get names(): string[] {
    return [...this.#storage.kv.list({ prefix: PREFIX })]
      .map(([key, value]) => ({
        name: key.slice(PREFIX.length),
        atMs: parseRow(key, value, sessionRowSchema),
      }))
      .sort((one, other) => one.atMs - other.atMs)
      .map(({ name }) => name);
  }

  /** @returns the oldest sessions, where there are now too many; to be closed. */
  add(name: string): string[] {
    const key = PREFIX + name;
    const isNew = this.#storage.kv.get(key) === undefined;
    if (!isNew) return [];
    const count = (this.#count ?? this.names.length) + 1;
    this.#storage.kv.put(key, Date.now());
    this.#count = count;
    return count > MAX_SESSIONS ? this.names.slice(0, count - MAX_SESSIONS) : [];
  }

  remove(name: string): void {
    const wasThere = this.#storage.kv.delete(PREFIX + name);
    if (wasThere && this.#count !== undefined) this.#count -= 1;
  }

  /** Whether the row with this key is one of them. */
  static isRow(key: string): boolean {
    return key.startsWith(PREFIX);
  }
}
