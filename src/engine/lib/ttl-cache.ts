/** Unless its maker says otherwise. The newest are kept; each is a few hundred bytes to a few thousand. */
const MAX_ENTRIES = 1_000;

/** What an isolate remembers, each value until its own end. It forgets the oldest when there are too many. */
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
    // Again at the end: a Map is iterated in the order of insertion.
    this.#entries.delete(key);
    this.#entries.set(key, { value, endsAtMs });
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#maxEntries) return;
      this.#entries.delete(oldest);
    }
  }
}
