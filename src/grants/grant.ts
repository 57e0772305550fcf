import { DurableObject, tracing } from "cloudflare:workers";
import type { OAuthAuthorizationServer } from "@cloudflare/workers-oauth-provider";
import type { OwnAuthorization } from "../config";
import { protectedResources } from "../identity/protected-resources";
import type { IdentityProvider } from "../login/identity-provider";
import { identityProvider } from "../login/providers";
import { offeringFor } from "../offering";
import { createAuthorizationServer } from "./authorization-server";
import { type GrantId, grantIdOfName, grantKey } from "./grant-id";
import { grantKv, readRecord, rehearsalKv } from "./grant-kv";
import { parseGrantRecord, tokenIdOf, withPreviousToken } from "./grant-record";
import { GrantRows } from "./grant-rows";
import { seal, unseal } from "./sealed";
import { tokenExchange } from "./token-exchange";
import {
  isRefresh,
  presentedIn,
  refusal,
  type TokenAnswer,
  type TokenRequest,
  toAnswer,
  tokenAnswerSchema,
  toRequest,
  unavailable,
} from "./token-request";
import { upstreamRenewal } from "./upstream-renewal";

/** KV may show a deleted key for a minute elsewhere. */
const KV_DELAY_SECONDS = 60;

/**
 * One grant: the only place where its tokens are issued, one request at a time. workers-oauth-provider
 * issues them; this object sees to it that two refreshes at once do not destroy the grant, that one
 * whose answer was lost can be repeated, and that a refresh token that was stolen ends it.
 *
 * A crash loses nothing at any point. Until the record is written, a repeat starts from what was; after that,
 * the library takes the repeated token as the one before the current; once the answer is kept, it is
 * given again. An answer leaves the object only when it is on disk here.
 */
export class Grant extends DurableObject<Env> {
  readonly #rows = new GrantRows(this.ctx.storage);
  #turns: Promise<unknown> = Promise.resolve();
  #server: { issuer: string; server: OAuthAuthorizationServer<Env> } | undefined;

  /**
   * Answers a request to the token endpoint whose code or token names this grant. Never rejects for
   * what happens here.
   */
  async token(request: TokenRequest): Promise<TokenAnswer> {
    try {
      const presented = presentedIn(new URLSearchParams(request.body)) ?? "";
      const tokenId = await tokenIdOf(presented);
      // Who merely knows the grant's name must not make others wait. What is not known now is nothing that
      // will be: a token is known here before anyone has it.
      if (!(await this.#knows(tokenId))) return await this.#serve(request);
      return await this.#inTurn(() =>
        isRefresh(new URLSearchParams(request.body))
          ? this.#refresh(request, presented, tokenId)
          : this.#serve(request),
      );
    } catch (error) {
      console.error({ event: "token_request_failed", error: String(error) });
      return unavailable();
    }
  }

  /** Whether the grant was ended, for as long as an access token of it could still be about. */
  isEnded(): boolean {
    return this.#rows.tombstone !== undefined;
  }

  /**
   * Ends the grant: {@link isEnded} says so at once, its tokens and its record in KV are deleted, and a
   * refresh that is under way is refused.
   *
   * @param issuer the authorization server of the grant.
   * @throws what KV throws; then the grant is ended all the same, and this can be repeated.
   */
  async end(issuer: string): Promise<void> {
    await this.#bury();
    await this.#inTurn(() => this.#revoke(issuer));
  }

  override alarm(): Promise<void> {
    return this.#inTurn(async () => {
      const { tombstone } = this.#rows;
      // Once more, in case that this object went away between its end and that of the record.
      if (tombstone !== undefined) await this.env.OAUTH_KV.delete(tombstone.grantKey);
      await this.#rows.sweep();
    });
  }

  /** Who signs people in, and can renew the tokens of its API. Tests put another here. */
  protected identityProvider({ identityProvider: idp }: OwnAuthorization): IdentityProvider {
    return identityProvider(idp);
  }

  /** Whether it is the id of the grant's code, or of a refresh token that it had. */
  async #knows(tokenId: string): Promise<boolean> {
    if (this.#rows.isRotated(tokenId)) return true;
    const json = await readRecord(this.env.OAUTH_KV, this.#id, this.#rows);
    if (json === undefined) return false;
    const { authCodeId, refreshTokenId, previousRefreshTokenId } = parseGrantRecord(json);
    return [authCodeId, refreshTokenId, previousRefreshTokenId].includes(tokenId);
  }

  async #refresh(
    request: TokenRequest,
    refreshToken: string,
    tokenId: string,
  ): Promise<TokenAnswer> {
    const kept = this.#rows.keptAnswer(tokenId);
    if (kept !== undefined || this.#rows.isRotated(tokenId)) {
      const record = await readRecord(this.env.OAUTH_KV, this.#id, this.#rows);
      if (
        record !== undefined &&
        (await this.#isOfClient(request, record, refreshToken, tokenId))
      ) {
        const text = kept && (await unseal(refreshToken, "answer", kept));
        if (text !== undefined) return tokenAnswerSchema.parse(JSON.parse(text));
        return this.#endAsReplayed(request, record);
      }
      // The library says to the client, as to any other, what is wrong with it.
    }
    const answer = await this.#serve(request);
    if (answer.status !== 200) return answer;
    const sealed = await seal(refreshToken, "answer", JSON.stringify(answer));
    if (this.isEnded()) return hasEnded();
    await this.#rows.keepAnswer(tokenId, sealed);
    return answer;
  }

  /** What workers-oauth-provider answers. */
  async #serve(request: TokenRequest): Promise<TokenAnswer> {
    const kv = grantKv(this.env.OAUTH_KV, this.#id, this.#rows, () => this.#bury());
    return toAnswer(await this.#ask(request.issuer, toRequest(request), kv));
  }

  /**
   * Whether the request comes from the client of the grant, and proves it as that client has to
   * (RFC 6749, section 3.2.1). Nobody else gets an answer again, or ends the grant.
   *
   * The library is asked by way of a rehearsed revocation (RFC 7009, section 2.1): it authenticates the
   * client first, and deletes the grant only for the client that the token was issued to.
   */
  async #isOfClient(
    request: TokenRequest,
    record: string,
    refreshToken: string,
    tokenId: string,
  ): Promise<boolean> {
    const form = new URLSearchParams(request.body);
    form.delete("grant_type");
    form.set("token", refreshToken);
    form.set("token_type_hint", "refresh_token");
    const presented = withPreviousToken(record, tokenId);
    let wouldEnd = false;
    const kv = rehearsalKv(this.env.OAUTH_KV, this.#id, presented, () => {
      wouldEnd = true;
    });
    await this.#ask(request.issuer, toRequest(request, form), kv);
    return wouldEnd;
  }

  /**
   * Someone uses a refresh token whose successor was used as well: two have it, and one of them should not.
   * Which one cannot be told, so nobody goes on (RFC 9700, section 4.14.2).
   */
  async #endAsReplayed({ issuer }: TokenRequest, record: string): Promise<TokenAnswer> {
    const { grantId } = this.#id;
    const { clientId } = parseGrantRecord(record);
    console.warn({ event: "refresh_token_replayed", grantId, clientId });
    await this.#bury();
    await this.#revoke(issuer);
    return hasEnded();
  }

  #ask(issuer: string, request: Request, kv: KVNamespace): Promise<Response> {
    return this.#serverOf(issuer).fetch(request, { ...this.env, OAUTH_KV: kv }, this.#context);
  }

  #revoke(issuer: string): Promise<void> {
    const { userId, grantId } = this.#id;
    return this.#serverOf(issuer).getOAuthApi(this.env).revokeGrant(grantId, userId);
  }

  async #bury(): Promise<void> {
    if (this.isEnded()) return;
    const { accessTokenTtlSeconds } = this.#authorization;
    const forgetAtMs = Date.now() + (accessTokenTtlSeconds + KV_DELAY_SECONDS) * 1_000;
    await this.#rows.setTombstone({ grantKey: grantKey(this.#id), forgetAtMs });
  }

  #serverOf(issuer: string): OAuthAuthorizationServer<Env> {
    if (this.#server?.issuer !== issuer) {
      const authorization = this.#authorization;
      const renew = upstreamRenewal(this.identityProvider(authorization), this.#rows);
      const server = createAuthorizationServer(
        authorization,
        offeringFor(this.env).catalogue,
        issuer,
        protectedResources(issuer),
        tokenExchange(authorization, renew),
      );
      this.#server = { issuer, server };
    }
    return this.#server.server;
  }

  get #authorization(): OwnAuthorization {
    const { authorization } = offeringFor(this.env).config;
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

function hasEnded(): TokenAnswer {
  return refusal("invalid_grant", "The grant has ended");
}
