import { readRow } from "../lib/stored-rows";
import { grantRowSchemas, type Narrowed, type Tombstone } from "./grant-row-schemas";
import { GrantSessions } from "./grant-sessions";
import { parseGrantRecord, rotatedOut } from "./provider/records";
import type { Sealed } from "./sealed";

/**
 * How long a repeat of a refresh token gets the answer that the first one got. It has to outlast a
 * client's own time limit, half a minute to a minute in those that are known, after which it tries again;
 * and the minute in which KV may still show another place the old record. For as long, a thief of a
 * refresh token that was just used is not noticed; so it is no longer than that.
 */
export const REPEAT_WINDOW_MS = 60_000;

/** How many answers are kept at once, newest last: a client in a loop must not outgrow a row (2 MB). */
const MAX_ANSWERS = 20;

/**
 * How many rotated refresh tokens are remembered, newest first: three weeks of a refresh an hour. An
 * older one is refused like any token that never was, but does not end the grant any more.
 */
const MAX_ROTATED = 500;

/**
 * How many access tokens of a grant can be good at once. A client in a loop would otherwise have more than
 * can be deleted at the grant's end in one go; the oldest make room.
 */
export const MAX_ACCESS_TOKENS = 100;

/** When to go on with the end of a grant, and when to try again what failed. */
const NEXT_STEP_MS = 1_000;
const RETRY_MS = 10_000;

/** Sessions that cannot be closed for so long after the end have ended by themselves. */
const GIVE_UP_MS = 7 * 86_400_000;

/**
 * What a grant's object stores. Reading makes nothing: an object that was only asked stays empty.
 * Rows that are written without waiting in between are written together, or not at all.
 */
export class GrantRows {
  readonly sessions: GrantSessions;
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.sessions = new GrantSessions(storage);
  }

  /** The record as this object last wrote it, which KV may not show yet. */
  get record(): string | undefined {
    return readRow(this.#storage.kv, "record", grantRowSchemas.record);
  }

  async setRecord(record: string): Promise<void> {
    const before = this.record;
    this.#storage.kv.put("record", record);
    if (before !== undefined) {
      const rotated = rotatedOut(parseGrantRecord(before), parseGrantRecord(record));
      if (rotated.length > 0)
        this.#storage.kv.put("rotated", [...rotated, ...this.#rotated].slice(0, MAX_ROTATED));
    }
    await this.#watch();
  }

  /** Whether it is a refresh token of this grant that counts no more: its successor was used, or replaced. */
  isRotated(tokenId: string): boolean {
    return this.#rotated.includes(tokenId);
  }

  get #rotated(): readonly string[] {
    return readRow(this.#storage.kv, "rotated", grantRowSchemas.rotated) ?? [];
  }

  /** What a refresh token was answered with, while that may be repeated. */
  keptAnswer(tokenId: string): Sealed | undefined {
    const kept = this.#answers.get(tokenId);
    return kept === undefined || kept.endsAtMs <= Date.now() ? undefined : kept.sealed;
  }

  async keepAnswer(tokenId: string, sealed: Sealed): Promise<void> {
    const kept = { sealed, endsAtMs: Date.now() + REPEAT_WINDOW_MS };
    const others = this.#currentAnswers().slice(1 - MAX_ANSWERS);
    this.#storage.kv.put("answers", new Map([...others, [tokenId, kept]]));
    // Whoever has been answered has a record with these tokens.
    this.#storage.kv.delete("upstream");
    await this.#watch();
  }

  forgetAnswers(): void {
    this.#storage.kv.delete("answers");
  }

  get #answers() {
    return readRow(this.#storage.kv, "answers", grantRowSchemas.answers) ?? new Map();
  }

  #currentAnswers() {
    return [...this.#answers].filter(([, { endsAtMs }]) => endsAtMs > Date.now());
  }

  /** What the upstream answered to a renewal that is not yet in the record. */
  get upstream(): Sealed | undefined {
    return readRow(this.#storage.kv, "upstream", grantRowSchemas.upstream);
  }

  /** When the renewal began of which nobody knows yet what became, in milliseconds since 1970. */
  get renewalBeganAtMs(): number | undefined {
    return readRow(this.#storage.kv, "renewalBeganAtMs", grantRowSchemas.renewalBeganAtMs);
  }

  /** Resolves when it is on disk. */
  async beginRenewal(): Promise<void> {
    this.#storage.kv.put("renewalBeganAtMs", Date.now());
    await this.#storage.sync();
  }

  /** @param sealed absent when nothing came of it. Resolves when it is on disk. */
  async settleRenewal(sealed: Sealed | undefined): Promise<void> {
    this.#storage.kv.delete("renewalBeganAtMs");
    if (sealed !== undefined && this.tombstone === undefined)
      this.#storage.kv.put("upstream", sealed);
    await this.#storage.sync();
  }

  /** The SHA-256 of the upstream access token of the last renewal; absent before the first. */
  get upstreamTokenId(): string | undefined {
    return readRow(this.#storage.kv, "upstreamTokenId", grantRowSchemas.upstreamTokenId);
  }

  setUpstreamTokenId(tokenId: string): void {
    this.#storage.kv.put("upstreamTokenId", tokenId);
  }

  /** The keys in KV of access tokens that may still be good, the oldest first. */
  get accessTokenKeys(): string[] {
    return [...this.#accessTokens].map(([key]) => key);
  }

  /** @returns the keys of the oldest, where there are now too many; to be deleted. */
  addAccessToken(key: string, endsAtMs: number): string[] {
    const current = [...this.#accessTokens].filter(([, endMs]) => endMs > Date.now());
    const others = current.slice(1 - MAX_ACCESS_TOKENS);
    this.#storage.kv.put("accessTokens", new Map([...others, [key, endsAtMs]]));
    return current.slice(0, current.length - others.length).map(([oldest]) => oldest);
  }

  removeAccessTokens(keys: readonly string[]): void {
    const others = [...this.#accessTokens].filter(([key]) => !keys.includes(key));
    if (others.length === 0) this.#storage.kv.delete("accessTokens");
    else this.#storage.kv.put("accessTokens", new Map(others));
  }

  get #accessTokens(): ReadonlyMap<string, number> {
    return readRow(this.#storage.kv, "accessTokens", grantRowSchemas.accessTokens) ?? new Map();
  }

  /** What the grant was narrowed to, while access tokens with more may still be taken somewhere. */
  get narrowed(): Narrowed | undefined {
    return readRow(this.#storage.kv, "narrowed", grantRowSchemas.narrowed);
  }

  /** @param narrowed undefined once no such token can be taken. */
  async setNarrowed(narrowed: Narrowed | undefined): Promise<void> {
    if (narrowed === undefined) this.#storage.kv.delete("narrowed");
    else this.#storage.kv.put("narrowed", narrowed);
    await this.#watch();
  }

  /** That the grant has ended, while an access token of it could still be about. */
  get tombstone(): Tombstone | undefined {
    return readRow(this.#storage.kv, "ended", grantRowSchemas.ended);
  }

  /** Forgets everything but the end, the tokens to be deleted, and the sessions to be closed. */
  async setTombstone(tombstone: Tombstone): Promise<void> {
    const { kv } = this.#storage;
    for (const [key] of [...kv.list()]) {
      if (!GrantSessions.isRow(key) && key !== "accessTokens") kv.delete(key);
    }
    this.#storage.kv.put("ended", tombstone);
    await this.#watch();
  }

  /** Notes that nothing of the grant is in KV any more. */
  setTokensDeleted(): void {
    const { tombstone } = this;
    if (tombstone !== undefined)
      this.#storage.kv.put("ended", { ...tombstone, tokensDeleted: true });
  }

  /**
   * Deletes what has ended, which is everything when the grant has; and sets the alarm.
   *
   * @param options `hasFailed`: what is left is tried again later than what was not tried yet.
   */
  async sweep({ hasFailed }: { hasFailed: boolean }): Promise<void> {
    if (this.#mayBeForgotten) return this.#storage.deleteAll();
    if (this.#answers.size > 0) this.#storage.kv.put("answers", new Map(this.#currentAnswers()));
    await this.#watch(hasFailed ? RETRY_MS : NEXT_STEP_MS);
  }

  /** Sets the alarm for what is due next; there is none while nothing is stored. */
  async #watch(nextStepMs = NEXT_STEP_MS): Promise<void> {
    const dueAtMs = [...this.#answers.values()].map(({ endsAtMs }) => endsAtMs);
    if (this.#hasWorkLeft) dueAtMs.push(Date.now() + nextStepMs);
    else dueAtMs.push(this.#endsAtMs);
    if (this.narrowed !== undefined) dueAtMs.push(this.narrowed.againAtMs);
    const nextMs = Math.min(...dueAtMs);
    if (nextMs !== Number.POSITIVE_INFINITY) await this.#storage.setAlarm(nextMs);
  }

  /** Whether the end of the grant is not done yet. */
  get #hasWorkLeft(): boolean {
    const { tombstone } = this;
    if (tombstone === undefined) return false;
    return tombstone.tokensDeleted !== true || this.sessions.names.length > 0;
  }

  get #mayBeForgotten(): boolean {
    const keptForMs = this.#hasWorkLeft ? GIVE_UP_MS : 0;
    return this.#endsAtMs + keptForMs <= Date.now();
  }

  /** When everything here ends, in milliseconds since 1970. */
  get #endsAtMs(): number {
    if (this.tombstone !== undefined) return this.tombstone.forgetAtMs;
    if (this.record === undefined) return Number.POSITIVE_INFINITY;
    return (parseGrantRecord(this.record).expiresAt ?? Number.POSITIVE_INFINITY) * 1_000;
  }
}
