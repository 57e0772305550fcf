import * as z from "zod";
import { TtlCache } from "../lib/ttl-cache";

const activeSchema = z.looseObject({ active: z.literal(true), exp: z.number() });

/**
 * How long a token that the server calls inactive is not checked again. A revoked token stays revoked, so this
 * delays only a token that becomes valid while its client already uses it.
 */
const INACTIVE_SECONDS = 5;

/**
 * Answers about tokens, by a hash of issuer and token. Those about active tokens are for operators who trade
 * immediate revocation for fewer requests, and never outlive the token; the others keep repeated made-up tokens
 * from causing a request each time. Each kind has its own bounded memory, so that made-up tokens evict no active
 * one. Failures are not cached.
 */
export class IntrospectionCache<Answer extends { active: boolean }> {
  readonly #issuer: string;
  readonly #ttlMs: number;
  readonly #active = new TtlCache<Answer>();
  readonly #inactive = new TtlCache<Answer>();

  /** @param ttlSeconds of active tokens; 0 checks them each time. */
  constructor(issuer: string, ttlSeconds: number) {
    this.#issuer = issuer;
    this.#ttlMs = ttlSeconds * 1_000;
  }

  async answerFor(token: string, ask: () => Promise<Answer>): Promise<Answer> {
    const key = await this.#keyOf(token);
    const kept = this.#active.get(key) ?? this.#inactive.get(key);
    if (kept !== undefined) return kept;
    const answer = await ask();
    if (!answer.active) {
      this.#inactive.set(key, answer, Date.now() + INACTIVE_SECONDS * 1_000);
      return answer;
    }
    const active = activeSchema.safeParse(answer).data;
    if (active !== undefined && this.#ttlMs > 0) {
      this.#active.set(key, answer, Math.min(Date.now() + this.#ttlMs, active.exp * 1_000));
    }
    return answer;
  }

  async #keyOf(token: string): Promise<string> {
    const input = new TextEncoder().encode(JSON.stringify([this.#issuer, token]));
    return new Uint8Array(await crypto.subtle.digest("SHA-256", input)).toBase64();
  }
}
