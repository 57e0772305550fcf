import * as z from "zod";
import { TtlCache } from "../lib/ttl-cache";

const activeSchema = z.looseObject({ active: z.literal(true), exp: z.number() });

/**
 * Answers about tokens, for operators who trade immediate revocation for fewer requests. Only tokens
 * that are active are remembered, by a hash of issuer and token, and never beyond their end.
 */
export class IntrospectionCache {
  readonly #issuer: string;
  readonly #ttlMs: number;
  readonly #answers = new TtlCache<object>();

  constructor(issuer: string, ttlSeconds: number) {
    this.#issuer = issuer;
    this.#ttlMs = ttlSeconds * 1_000;
  }

  async answerFor(token: string, ask: () => Promise<unknown>): Promise<unknown> {
    const key = await this.#keyOf(token);
    const kept = this.#answers.get(key);
    if (kept !== undefined) return kept;
    const answer = await ask();
    const active = activeSchema.safeParse(answer).data;
    if (active !== undefined) {
      this.#answers.set(key, active, Math.min(Date.now() + this.#ttlMs, active.exp * 1_000));
    }
    return answer;
  }

  async #keyOf(token: string): Promise<string> {
    const input = new TextEncoder().encode(JSON.stringify([this.#issuer, token]));
    return new Uint8Array(await crypto.subtle.digest("SHA-256", input)).toBase64();
  }
}
