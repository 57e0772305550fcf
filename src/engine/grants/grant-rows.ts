import type { GrantId } from "./grant-id";
import { parseGrantRecord, rotatedOut } from "./grant-record";
import type { Sealed } from "./sealed";

/**
 * How long a repeat of a refresh token gets the answer that the first one got. It has to outlast a
 * client's own time limit, half a minute to a minute in those that are known, after which it tries again;
 * and the minute in which KV may still show another place the old record. For as long, a thief of a
 * refresh token that was just used is not noticed; so it is no longer than that.
 */
export const REPEAT_WINDOW_MS = 60_000;

/**
 * How many rotated refresh tokens are remembered, newest first: three weeks of a refresh an hour. An
 * older one is refused like any token that never was, but does not end the grant any more.
 */
const MAX_ROTATED = 500;

type KeptAnswer = { readonly sealed: Sealed; readonly endsAtMs: number };

/** What is left of a grant that has ended, until no token of it can be about any more. */
export type Tombstone = {
  /** An alarm does not say whose object it wakes. */
  readonly grant: GrantId;
  readonly issuer: string;
  readonly forgetAtMs: number;
};

/**
 * What a grant's object stores. Reading makes nothing: an object that was only asked stays empty.
 * Rows that are written without waiting in between are written together, or not at all.
 */
export class GrantRows {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** The record as this object last wrote it, which KV may not show yet. */
  get record(): string | undefined {
    return this.#storage.kv.get<string>("record");
  }

  async setRecord(record: string): Promise<void> {
    const { kv } = this.#storage;
    const before = this.record;
    kv.put("record", record);
    if (before !== undefined) {
      const rotated = rotatedOut(parseGrantRecord(before), parseGrantRecord(record));
      if (rotated.length > 0)
        kv.put("rotated", [...rotated, ...this.#rotated].slice(0, MAX_ROTATED));
    }
    await this.#watch();
  }

  /** Whether it is a refresh token of this grant that counts no more: its successor was used, or replaced. */
  isRotated(tokenId: string): boolean {
    return this.#rotated.includes(tokenId);
  }

  get #rotated(): readonly string[] {
    return this.#storage.kv.get<string[]>("rotated") ?? [];
  }

  /** What a refresh token was answered with, while that may be repeated. */
  keptAnswer(tokenId: string): Sealed | undefined {
    const kept = this.#answers.get(tokenId);
    return kept === undefined || kept.endsAtMs <= Date.now() ? undefined : kept.sealed;
  }

  async keepAnswer(tokenId: string, sealed: Sealed): Promise<void> {
    const kept: KeptAnswer = { sealed, endsAtMs: Date.now() + REPEAT_WINDOW_MS };
    this.#storage.kv.put("answers", new Map([...this.#currentAnswers(), [tokenId, kept]]));
    // Whoever has been answered has a record with these tokens.
    this.#storage.kv.delete("upstream");
    await this.#watch();
  }

  forgetAnswers(): void {
    this.#storage.kv.delete("answers");
  }

  get #answers(): ReadonlyMap<string, KeptAnswer> {
    return this.#storage.kv.get<Map<string, KeptAnswer>>("answers") ?? new Map();
  }

  #currentAnswers() {
    return [...this.#answers].filter(([, { endsAtMs }]) => endsAtMs > Date.now());
  }

  /** What the upstream answered to a renewal that is not yet in the record. */
  get upstream(): Sealed | undefined {
    return this.#storage.kv.get<Sealed>("upstream");
  }

  /** When the renewal began of which nobody knows yet what became, in milliseconds since 1970. */
  get renewalBeganAtMs(): number | undefined {
    return this.#storage.kv.get<number>("renewalBeganAtMs");
  }

  /** Resolves when it is on disk. */
  async beginRenewal(): Promise<void> {
    this.#storage.kv.put("renewalBeganAtMs", Date.now());
    await this.#storage.sync();
  }

  /** @param sealed absent when nothing came of it. Resolves when it is on disk. */
  async settleRenewal(sealed: Sealed | undefined): Promise<void> {
    const { kv } = this.#storage;
    kv.delete("renewalBeganAtMs");
    if (sealed !== undefined && this.tombstone === undefined) kv.put("upstream", sealed);
    await this.#storage.sync();
  }

  /** The SHA-256 of the upstream access token of the last renewal; absent before the first. */
  get upstreamTokenId(): string | undefined {
    return this.#storage.kv.get<string>("upstreamTokenId");
  }

  setUpstreamTokenId(tokenId: string): void {
    this.#storage.kv.put("upstreamTokenId", tokenId);
  }

  /** The keys in KV of access tokens that may still be good. */
  get accessTokenKeys(): string[] {
    return [...this.#accessTokens].map(([key]) => key);
  }

  addAccessToken(key: string, endsAtMs: number): void {
    const others = [...this.#accessTokens].filter(([, endMs]) => endMs > Date.now());
    this.#storage.kv.put("accessTokens", new Map([...others, [key, endsAtMs]]));
  }

  removeAccessToken(key: string): void {
    const others = [...this.#accessTokens].filter(([other]) => other !== key);
    this.#storage.kv.put("accessTokens", new Map(others));
  }

  forgetAccessTokens(): void {
    this.#storage.kv.delete("accessTokens");
  }

  get #accessTokens(): ReadonlyMap<string, number> {
    return this.#storage.kv.get<Map<string, number>>("accessTokens") ?? new Map();
  }

  /** The objects of the sessions that were begun with the grant and have not ended. */
  get sessions(): string[] {
    return [...this.#storage.kv.list({ prefix: SESSION })].map(([key]) =>
      key.slice(SESSION.length),
    );
  }

  addSession(name: string): void {
    this.#storage.kv.put(SESSION + name, true);
  }

  removeSession(name: string): void {
    this.#storage.kv.delete(SESSION + name);
  }

  /** That the grant has ended, while an access token of it could still be about. */
  get tombstone(): Tombstone | undefined {
    return this.#storage.kv.get<Tombstone>("ended");
  }

  /** Forgets everything but the end, and the sessions that have yet to be told. */
  async setTombstone(tombstone: Tombstone): Promise<void> {
    const { kv } = this.#storage;
    for (const [key] of [...kv.list()]) if (!key.startsWith(SESSION)) kv.delete(key);
    kv.put("ended", tombstone);
    await this.#watch();
  }

  /** Deletes what has ended, which is everything when the grant has. */
  async sweep(): Promise<void> {
    if (this.#endsAtMs <= Date.now()) return this.#storage.deleteAll();
    if (this.#answers.size > 0) {
      this.#storage.kv.put("answers", new Map(this.#currentAnswers()));
    }
    await this.#watch();
  }

  /** Sets the alarm for what is due next; there is none while nothing is stored. */
  async #watch(): Promise<void> {
    const dueAtMs = [...this.#answers.values()].map(({ endsAtMs }) => endsAtMs);
    if (this.tombstone !== undefined && this.sessions.length > 0) {
      dueAtMs.push(Date.now() + SESSIONS_DUE_MS);
    }
    const nextMs = Math.min(...dueAtMs, this.#endsAtMs);
    if (nextMs !== Number.POSITIVE_INFINITY) await this.#storage.setAlarm(nextMs);
  }

  /** When everything here ends, in milliseconds since 1970. */
  get #endsAtMs(): number {
    if (this.tombstone !== undefined) return this.tombstone.forgetAtMs;
    if (this.record === undefined) return Number.POSITIVE_INFINITY;
    return (parseGrantRecord(this.record).expiresAt ?? Number.POSITIVE_INFINITY) * 1_000;
  }
}

const SESSION = "session:";

/** When to close the sessions of a grant that has ended, or to try that again. */
const SESSIONS_DUE_MS = 1_000;
