import { DurableObject, exports, tracing } from "cloudflare:workers";
import type { OAuthAuthorizationServer } from "@cloudflare/workers-oauth-provider";
import { servicesFor } from "../app/services";
import { auditFor } from "../audit/audit";
import type { EventOf } from "../audit/audit-event";
import type { OwnAuthorization } from "../config";
import { protectedResources } from "../identity/protected-resources";
import { errorText } from "../lib/error-text";
import { createAuthorizationServer } from "./authorization-server";
import { type GrantId, grantIdOfName, grantKey, tokenKeyPrefix } from "./grant-id";
import { readRecord } from "./grant-kv";
import { isClientOf, narrowedTo, parseGrantRecord } from "./grant-record";
import { GrantRows } from "./grant-rows";
import type { Sealed } from "./sealed";
import { tokenExchange } from "./token-exchange";
import { type GrantEnder, issueTokens } from "./token-issuance";
import { type TokenAnswer, type TokenRequest, unavailable } from "./token-request";
import { UpstreamRenewal } from "./upstream-renewal";

/** KV may show a deleted key for a minute elsewhere. */
const KV_DELAY_SECONDS = 60;

/**
 * One grant: the only place where its tokens are issued, one request at a time, and where it ends.
 * workers-oauth-provider issues them; this object sees to it that two refreshes at once do not destroy
 * the grant, that one whose answer was lost can be repeated, that a refresh token that was stolen ends it,
 * and that its end counts at once.
 */
export class Grant extends DurableObject<Env> {
  readonly #rows = new GrantRows(this.ctx.storage);
  readonly #renewal = new UpstreamRenewal(this.#rows, (tokens, key) =>
    exports.UpstreamRenewer.renew(this.#id, tokens, key),
  );
  #turns: Promise<unknown> = Promise.resolve();

  /**
   * Answers a request to the token endpoint whose code or token names this grant. Never rejects for
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
   * Takes note of a session that uses this grant, to close it when the grant ends.
   *
   * @param session the name of its object.
   * @returns false when the grant has ended; then the session must not begin.
   */
  admit(session: string): boolean {
    if (this.isEnded()) return false;
    this.#rows.addSession(session);
    return true;
  }

  /** Forgets a session that has ended by itself. */
  dismiss(session: string): void {
    this.#rows.removeSession(session);
  }

  /**
   * Ends the grant: {@link isEnded} says so at once, a refresh that is under way is refused, its sessions
   * are closed, its tokens and its record in KV deleted.
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
    const tokens = this.#rows.accessTokenKeys;
    await this.#bury(issuer, "upstream");
    await this.#deleteTokens(this.#id, issuer, tokens);
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
      await Promise.all(this.#rows.accessTokenKeys.map((token) => OAUTH_KV.delete(token)));
      this.#rows.forgetAccessTokens();
      this.#record({ kind: "grant_narrowed", scopes: [...scopes] });
    });
  }

  override async alarm(): Promise<void> {
    const { tombstone } = this.#rows;
    // Once more, in case that this object went away in the middle of its end.
    if (tombstone !== undefined) await this.#finishEnd(tombstone.grant, tombstone.issuer, []);
    await this.#inTurn(() => this.#rows.sweep());
  }

  /** Never in turn: a refresh that hangs must not hold up the end. */
  async #endNow(issuer: string, by: GrantEnder): Promise<void> {
    const tokens = this.#rows.accessTokenKeys;
    await this.#bury(issuer, by);
    await this.#finishEnd(this.#id, issuer, tokens);
  }

  async #bury(issuer: string, by: GrantEnder): Promise<void> {
    if (this.#rows.tombstone !== undefined) return;
    this.#record({ kind: "grant_revoked", by });
    const { accessTokenTtlSeconds } = this.#authorization;
    const forgetAtMs = Date.now() + (accessTokenTtlSeconds + KV_DELAY_SECONDS) * 1_000;
    await this.#rows.setTombstone({ grant: this.#id, issuer, forgetAtMs });
  }

  async #finishEnd(id: GrantId, issuer: string, tokens: string[]): Promise<void> {
    const results = await Promise.allSettled([
      ...this.#rows.sessions.map((session) => this.#close(session)),
      this.#deleteTokens(id, issuer, tokens),
    ]);
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  /** @param tokens the keys of those that a list of KV may not show yet. */
  async #deleteTokens({ userId, grantId }: GrantId, issuer: string, tokens: string[]) {
    await Promise.all([
      ...tokens.map((token) => this.env.OAUTH_KV.delete(token)),
      this.#serverOf(issuer).getOAuthApi(this.env).revokeGrant(grantId, userId),
    ]);
  }

  async #close(session: string): Promise<void> {
    await this.env.MCP_SESSION.getByName(session).closeForGrant();
    this.#rows.removeSession(session);
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
      servicesFor(this.env).catalogue,
      issuer,
      protectedResources(issuer),
      isClientOf(this.#id),
      tokenExchange(authorization, (upstream) => this.#renewal.fresh(upstream)),
    );
  }

  get #authorization(): OwnAuthorization {
    const { authorization } = servicesFor(this.env).config;
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
