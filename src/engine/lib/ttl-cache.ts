/** The default size. The newest values are kept; each takes a few hundred to a few thousand bytes. */
const MAX_ENTRIES = 1_000;

/** A cache in an isolate; each value has its own expiry. It evicts the oldest when there are too many. */
export class TtlCache<Value> {
  readonly #entries = new Map<string, { value: Value; endsAtMs: number }>();
  readonly #maxEntries: number;

  constructor(maxEntries = MAX_ENTRIES) {
    this.#maxEntries = maxEntries;
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || Date.now() < entry.endsAtMs) return entry?.value;
    this.#entries.delete(key);
    return undefined;
  }

  /** @param endsAtMs in milliseconds since 1970; from then on the value is not found. */
  set(key: string, value: Value, endsAtMs: number): void {
    // Moved to the end: a Map is iterated in insertion order.
    this.#entries.delete(key);
    this.#entries.set(key, { value, endsAtMs });
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#maxEntries) return;
      this.#entries.delete(oldest);
    }
  }
}
