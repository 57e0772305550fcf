import { DurableObject, exports, tracing } from "cloudflare:workers";
import type { OAuthAuthorizationServer } from "@cloudflare/workers-oauth-provider";
import { auditFor } from "../audit/audit";
import type { EventOf } from "../audit/audit-event";
import { protectedResources } from "../identity/protected-resources";
import { errorText } from "../lib/error-text";
import type { OwnAuthorization } from "../own-authorization";
import type { ServicesFor } from "../services";
import { createAuthorizationServer } from "./authorization-server";
import { type GrantId, grantIdOfName, grantKey, tokenKeyPrefix } from "./grant-id";
import type { Narrowed } from "./grant-row-schemas";
import { GrantRows } from "./grant-rows";
import { readRecord } from "./provider/kv";
import { isClientOf, narrowedTo, parseGrantRecord } from "./provider/records";
import type { Sealed } from "./sealed";
import { tokenExchange } from "./token-exchange";
import { type GrantEnder, issueTokens } from "./token-issuance";
import { type TokenAnswer, type TokenRequest, unavailable } from "./token-request";
import { UpstreamRenewal } from "./upstream-renewal";

/** KV may show a deleted key for a minute elsewhere. */
const KV_DELAY_SECONDS = 60;

/** Of the thousand requests that Cloudflare lets one invocation make; deleting tokens takes some, too. */
export const SESSIONS_PER_STEP = 200;

/**
 * One grant: the only place where its tokens are issued, one request at a time, and where it ends.
 * workers-oauth-provider issues them; this object sees to it that two refreshes at once do not destroy
 * the grant, that one whose answer was lost can be repeated, that a refresh token that was stolen ends it,
 * and that its end counts at once.
 */
export class Grant extends DurableObject<Env> {
  readonly #servicesFor: ServicesFor;
  readonly #rows = new GrantRows(this.ctx.storage);
  readonly #renewal = new UpstreamRenewal(this.#rows, (tokens, key) =>
    exports.UpstreamRenewer.renew(this.#id, tokens, key),
  );
  #turns: Promise<unknown> = Promise.resolve();

  constructor(ctx: DurableObjectState, env: Env, servicesFor: ServicesFor) {
    super(ctx, env);
    this.#servicesFor = servicesFor;
  }

  /**
   * Answers a request to the token endpoint with a code or token of this grant. Never rejects for
   * what happens here.
   */
  async token(request: TokenRequest): Promise<TokenAnswer> {
    try {
      return await issueTokens(
        {
          id: this.#id,
          rows: this.#rows,
          env: this.env,
          context: this.#context,
          serverOf: (issuer) => this.#serverOf(issuer),
          inTurn: (work) => this.#inTurn(work),
          bury: (issuer, by) => this.#bury(issuer, by),
          end: (issuer, by) => this.#endNow(issuer, by),
        },
        request,
      );
    } catch (error) {
      console.error({ event: "token_request_failed", error: errorText(error) });
      return unavailable();
    }
  }

  /**
   * What the identity provider answered to a renewal (UpstreamRenewer).
   *
   * @param sealed absent when it did not renew anything.
   */
  settleRenewal(sealed: Sealed | undefined): Promise<void> {
    return this.#renewal.settle(sealed);
  }

  /** Whether the grant was ended, or was never here: no token of it counts. */
  isEnded(): boolean {
    return this.#rows.record === undefined;
  }

  /**
   * Whether an access token is one that was issued here and still counts. {@link narrow} ends those of
   * before, though not the grant.
   *
   * @param tokenId its SHA-256, in hexadecimal.
   */
  hasAccessToken(tokenId: string): boolean {
    const key = tokenKeyPrefix(this.#id) + tokenId;
    return !this.isEnded() && this.#rows.accessTokenKeys.includes(key);
  }

  /**
   * Takes note of a session that uses this grant, to close it when the grant ends. Where there are too many,
   * it closes the oldest.
   *
   * @param session the name of its object.
   * @returns false when the grant has ended; then the session must not begin.
   */
  admit(session: string): boolean {
    if (this.isEnded()) return false;
    const outdated = this.#rows.sessions.add(session);
    if (outdated.length > 0) this.ctx.waitUntil(this.#closeAll(outdated).catch(logUnreached));
    return true;
  }

  /** Forgets a session that has ended by itself. */
  dismiss(session: string): void {
    this.#rows.sessions.remove(session);
  }

  /**
   * Ends the grant: {@link isEnded} says so at once, a refresh that is under way is refused, its sessions
   * are closed, its tokens and its record in KV deleted. Sessions beyond {@link SESSIONS_PER_STEP} are closed by
   * an alarm, as many each second.
   *
   * @param issuer the authorization server of the grant.
   * @param by for the audit, which has it from here.
   * @throws what KV throws; the grant has ended all the same, and the rest is done again by itself.
   */
  async end(issuer: string, by: GrantEnder = "person"): Promise<void> {
    await this.#endNow(issuer, by);
  }

  /**
   * Ends the grant because the identity provider's API refuses its access token, unless a renewal
   * has replaced that token meanwhile: a call that began with the old one says nothing about the new.
   *
   * Its sessions are closed by the alarm, a second later: the call that found out runs in one of them, and
   * has yet to tell the person.
   *
   * @param upstreamTokenId SHA-256 of the refused token, in hexadecimal.
   * @returns whether the grant has ended.
   */
  async endIfRefused(issuer: string, upstreamTokenId: string): Promise<boolean> {
    const current = this.#rows.upstreamTokenId ?? upstreamTokenId;
    if (this.#renewal.isUnderWay || current !== upstreamTokenId) return this.isEnded();
    await this.#bury(issuer, "upstream");
    await this.#deleteTokens(this.#id, issuer);
    return true;
  }

  /** Leaves the grant none of its scopes but these, and ends its access tokens, which have more. */
  narrow(scopes: readonly string[]): Promise<void> {
    return this.#inTurn(async () => {
      const { OAUTH_KV } = this.env;
      const record = await readRecord(OAUTH_KV, this.#id, this.#rows);
      if (record === undefined) return;
      const narrowed = narrowedTo(record, scopes);
      // An answer that is kept has a token with the scopes of before.
      this.#rows.forgetAnswers();
      await this.#rows.setRecord(narrowed);
      const key = grantKey(this.#id);
      const { metadata } = await OAUTH_KV.getWithMetadata(key);
      const { expiresAt } = parseGrantRecord(narrowed);
      await OAUTH_KV.put(key, narrowed, {
        metadata,
        ...(expiresAt !== undefined && { expiration: expiresAt }),
      });
      const tokens = this.#rows.accessTokenKeys;
      await Promise.all(tokens.map((token) => OAUTH_KV.delete(token)));
      this.#rows.removeAccessTokens(tokens);
      this.#record({ kind: "grant_narrowed", scopes: [...scopes] });
      // Once more when no such token is taken anywhere: a call may have begun with one until then.
      const againAtMs = Date.now() + KV_DELAY_SECONDS * 1_000;
      const narrowing = { grantId: this.#id.grantId, scopes: [...scopes], againAtMs };
      await this.#rows.setNarrowed(narrowing);
      await this.#abortCallsBeyond(narrowing);
    });
  }

  override async alarm(): Promise<void> {
    let hasFailed = false;
    try {
      const { tombstone, narrowed } = this.#rows;
      if (tombstone !== undefined) await this.#finishEnd(tombstone.grant, tombstone.issuer);
      else if (narrowed !== undefined && narrowed.againAtMs <= Date.now()) {
        await this.#abortCallsBeyond(narrowed);
        await this.#rows.setNarrowed(undefined);
      }
    } catch (error) {
      hasFailed = true;
      console.error({ event: "grant_end_unfinished", error: errorText(error) });
    }
    await this.#inTurn(() => this.#rows.sweep({ hasFailed }));
  }

  /** Never in turn: a refresh that hangs must not hold up the end. */
  async #endNow(issuer: string, by: GrantEnder): Promise<void> {
    await this.#bury(issuer, by);
    await this.#finishEnd(this.#id, issuer);
  }

  async #bury(issuer: string, by: GrantEnder): Promise<void> {
    if (this.#rows.tombstone !== undefined) return;
    this.#record({ kind: "grant_revoked", by });
    const { accessTokenTtlSeconds } = this.#authorization;
    const forgetAtMs = Date.now() + (accessTokenTtlSeconds + KV_DELAY_SECONDS) * 1_000;
    await this.#rows.setTombstone({ grant: this.#id, issuer, forgetAtMs });
  }

  /** The tokens first: each works outside of sessions, and there may be very many of these. */
  async #finishEnd(id: GrantId, issuer: string): Promise<void> {
    const deleting = this.#deleteTokens(id, issuer);
    await deleting.catch(() => undefined);
    await this.#closeAll(this.#rows.sessions.names.slice(0, SESSIONS_PER_STEP));
    await deleting;
  }

  async #deleteTokens(id: GrantId, issuer: string): Promise<void> {
    if (this.#rows.tombstone?.tokensDeleted === true) return;
    const { OAUTH_KV } = this.env;
    // Those that a list of KV may not show yet.
    const tokens = this.#rows.accessTokenKeys.slice(0, SESSIONS_PER_STEP);
    await Promise.all([grantKey(id), ...tokens].map((key) => OAUTH_KV.delete(key)));
    this.#rows.removeAccessTokens(tokens);
    if (this.#rows.accessTokenKeys.length > 0) return;
    await this.#serverOf(issuer).getOAuthApi(this.env).revokeGrant(id.grantId, id.userId);
    this.#rows.setTokensDeleted();
  }

  async #closeAll(sessions: readonly string[]): Promise<void> {
    const results = await Promise.allSettled(sessions.map((session) => this.#close(session)));
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  async #close(session: string): Promise<void> {
    await this.env.MCP_SESSION.getByName(session).closeForGrant();
    this.#rows.sessions.remove(session);
  }

  /** A call that waits for its person's answer would otherwise go on with what it began with. */
  async #abortCallsBeyond({ grantId, scopes }: Narrowed): Promise<void> {
    const told = await Promise.allSettled(
      this.#rows.sessions.names.map((session) =>
        this.env.MCP_SESSION.getByName(session).abortCallsBeyond(grantId, scopes),
      ),
    );
    const failed = told.find((result) => result.status === "rejected");
    if (failed !== undefined) logUnreached(failed.reason);
  }

  #record(event: EventOf<"grant_revoked" | "grant_narrowed">): void {
    const { record } = this.#rows;
    const clientId = record && parseGrantRecord(record).clientId;
    auditFor(this.env).record({ ...event, ...this.#id, ...(clientId && { clientId }) });
  }

  #serverOf(issuer: string): OAuthAuthorizationServer<Env> {
    const authorization = this.#authorization;
    return createAuthorizationServer(
      authorization,
      this.#servicesFor(this.env).catalogue,
      issuer,
      protectedResources(issuer),
      isClientOf(this.#id),
      tokenExchange(authorization, (upstream) => this.#renewal.fresh(upstream)),
    );
  }

  get #authorization(): OwnAuthorization {
    const { authorization } = this.#servicesFor(this.env).config;
    if (authorization.mode === "provider") return authorization;
    throw new TypeError("Grants are kept by another authorization server (AUTH_MODE)");
  }

  get #id(): GrantId {
    return grantIdOfName(this.ctx.id.name);
  }

  get #context(): ExecutionContext {
    const { ctx } = this;
    return {
      waitUntil: (promise) => ctx.waitUntil(promise),
      passThroughOnException() {},
      exports: ctx.exports,
      props: ctx.props,
      tracing,
      abort: (reason) => ctx.abort(reason),
    };
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#turns.then(work);
    this.#turns = turn.catch(() => undefined);
    return turn;
  }
}

function logUnreached(error: unknown): void {
  console.error({ event: "sessions_not_reached", error: errorText(error) });
}
