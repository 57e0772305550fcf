import { TtlCache } from "../lib/ttl-cache";
import { type KeySet, keySetSchema } from "./client-document";
import { PublishedJsonError, publishedJson } from "./published-json";

/** With as many of them as are kept, 16 MB of an isolate's 128. */
const MAX_KEY_SET_BYTES = 16 * 1_024;
const FRESH_MS = 300_000;
/** A key that is not in the set may be a new one; anybody can make one up, so not at each request. */
const RENEW_INTERVAL_MS = 30_000;

type Kept = { readonly keys: KeySet; readonly atMs: number };
type Outcome = { readonly ok: boolean };

/** The key sets that clients with metadata documents publish at their `jwks_uri` (RFC 7591, section 2). */
class ClientKeys {
  readonly #kept = new TtlCache<Kept>();

  /** Tries what is known of a key set and, where that does not do, what it is now. */
  async firstGood<Result extends Outcome>(
    url: string,
    check: (keys: KeySet) => Promise<Result>,
  ): Promise<Result | { ok: false }> {
    const kept = this.#kept.get(url);
    if (kept !== undefined) {
      const result = await check(kept.keys);
      if (result.ok || Date.now() - kept.atMs < RENEW_INTERVAL_MS) return result;
    }
    const keys = await this.#fetched(url);
    return keys === undefined ? { ok: false } : check(keys);
  }

  async #fetched(url: string): Promise<KeySet | undefined> {
    try {
      const { value } = await publishedJson(url, MAX_KEY_SET_BYTES);
      const keys = keySetSchema.parse(value);
      this.#kept.set(url, { keys, atMs: Date.now() }, Date.now() + FRESH_MS);
      return keys;
    } catch (error) {
      const problem = error instanceof PublishedJsonError ? error.problem : "invalid";
      console.warn({ event: "client_keys_refused", problem });
      return undefined;
    }
  }
}

export const clientKeys = new ClientKeys();
