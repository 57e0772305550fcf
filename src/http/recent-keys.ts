/** Keys that were noted lately: of those, the latest. What it takes of memory is bounded, whoever makes keys. */
export class RecentKeys {
  readonly #notedAtMs = new Map<string, number>();
  readonly #forMs: number;
  readonly #maxKeys: number;

  constructor({ forSeconds, maxKeys }: { forSeconds: number; maxKeys: number }) {
    this.#forMs = forSeconds * 1_000;
    this.#maxKeys = maxKeys;
  }

  /** Whether the key was noted within the time. */
  has(key: string): boolean {
    return Date.now() - (this.#notedAtMs.get(key) ?? 0) < this.#forMs;
  }

  note(key: string): void {
    this.#notedAtMs.delete(key);
    this.#notedAtMs.set(key, Date.now());
    // A Map is iterated in the order of insertion.
    for (const oldest of this.#notedAtMs.keys()) {
      if (this.#notedAtMs.size <= this.#maxKeys) break;
      this.#notedAtMs.delete(oldest);
    }
  }
}
