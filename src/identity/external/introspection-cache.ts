import * as z from "zod";

const MAX_ENTRIES = 1_000;
const endSchema = z.object({ active: z.literal(true), exp: z.number() });

/**
 * Answers about tokens, for operators who trade immediate revocation for fewer requests. Only tokens
 * that are active are remembered, by a hash of issuer and token, and never beyond their end.
 */
export class IntrospectionCache {
  readonly #issuer: string;
  readonly #ttlMs: number;
  readonly #entries = new Map<string, { answer: unknown; endsAtMs: number }>();

  constructor(issuer: string, ttlSeconds: number) {
    this.#issuer = issuer;
    this.#ttlMs = ttlSeconds * 1_000;
  }

  async answerFor(token: string, ask: () => Promise<unknown>): Promise<unknown> {
    const key = await this.#keyOf(token);
    const kept = this.#entries.get(key);
    if (kept !== undefined && Date.now() < kept.endsAtMs) return kept.answer;
    this.#entries.delete(key);
    const answer = await ask();
    const end = endSchema.safeParse(answer).data;
    if (end !== undefined) {
      this.#entries.set(key, {
        answer,
        endsAtMs: Math.min(Date.now() + this.#ttlMs, end.exp * 1_000),
      });
      this.#dropOldest();
    }
    return answer;
  }

  /** A Map is iterated in the order of insertion. */
  #dropOldest(): void {
    for (const key of this.#entries.keys()) {
      if (this.#entries.size <= MAX_ENTRIES) return;
      this.#entries.delete(key);
    }
  }

  async #keyOf(token: string): Promise<string> {
    const input = new TextEncoder().encode(JSON.stringify([this.#issuer, token]));
    return new Uint8Array(await crypto.subtle.digest("SHA-256", input)).toBase64();
  }
}
