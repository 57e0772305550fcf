import { OAuthError } from "@cloudflare/workers-oauth-provider";
import { type UpstreamTokens, upstreamTokensSchema } from "../identity/upstream-tokens";
import { errorText } from "../lib/error-text";
import type { GrantRows } from "./grant-rows";
import { tokenIdOf } from "./provider/records";
import { type Sealed, unseal } from "./sealed";
import { RETRY_AFTER_SECONDS } from "./token-request";
import type { RenewalOutcome } from "./upstream-renewer";

/**
 * With less left than this, an upstream token is renewed by the refresh that finds it so. Clients that
 * refresh some minutes before the end would otherwise get a token that is itself about to end, and
 * refresh again at once.
 */
const NEAR_END_SECONDS = 300;

/**
 * Our access token ends this much before the upstream's that it stands for: a call that comes in the
 * last moment takes time, and clocks differ.
 */
const MARGIN_SECONDS = 60;

/** KV takes no shorter lifetime. */
const MIN_TTL_SECONDS = 60;

/**
 * How long an answer may be awaited that another instance of the object has asked for: longer than any
 * identity provider is given to answer (login/providers/code-flow.ts).
 */
const RENEWAL_LIMIT_MS = 15_000;

/**
 * Asks the identity provider (UpstreamRenewer). What it answers is in the rows when this resolves.
 *
 * @param key what the answer is sealed with.
 */
export type AskUpstream = (tokens: UpstreamTokens, key: string) => Promise<RenewalOutcome>;

/**
 * Renews the tokens of the identity provider for one grant. They are asked for once: a refresh that finds
 * an answer on its way, because the object was replaced meanwhile, waits for it.
 *
 * The answer is in the object's rows before the grant's record is written; after a crash in between, the
 * next refresh finds it there. It is sealed with the upstream refresh token that it answers, which stands
 * in the grant's props, and so opens with each of the grant's own tokens and with nothing else.
 */
export class UpstreamRenewal {
  readonly #rows: GrantRows;
  readonly #ask: AskUpstream;
  #settled = Promise.withResolvers<void>();

  constructor(rows: GrantRows, ask: AskUpstream) {
    this.#rows = rows;
    this.#ask = ask;
  }

  /**
   * @returns tokens that are not near their end, where the provider issues such.
   * @throws OAuthError: `invalid_grant` when the person's consent there has ended, which ends the grant;
   *   `temporarily_unavailable` when it may work later.
   */
  async fresh(tokens: UpstreamTokens): Promise<UpstreamTokens> {
    if (!isNearEnd(tokens)) return tokens;
    const { refreshToken } = tokens;
    if (refreshToken === undefined) {
      if (accessTokenTtlSeconds(tokens) > MIN_TTL_SECONDS) return tokens;
      throw upstreamEnded("The access at the identity provider has run out");
    }
    await this.#answerOnItsWay();
    const before = await this.#answer(refreshToken);
    if (before !== undefined && !isNearEnd(before)) return this.#noted(before);

    await this.#rows.beginRenewal();
    // After a long outage, what was answered before may be at its end; what that answered is spent.
    const outcome = await this.#ask(before ?? tokens, refreshToken).catch(noOutcome);
    if (outcome === "ended") throw upstreamEnded("The consent at the identity provider has ended");
    const answer = outcome === "renewed" ? await this.#answer(refreshToken) : undefined;
    if (answer === undefined) throw upstreamUnavailable();
    return this.#noted(answer);
  }

  async #noted(tokens: UpstreamTokens): Promise<UpstreamTokens> {
    this.#rows.setUpstreamTokenId(await tokenIdOf(tokens.accessToken));
    return tokens;
  }

  /** Whether there may be newer tokens than any that were issued. */
  get isUnderWay(): boolean {
    return this.#rows.renewalBeganAtMs !== undefined || this.#rows.upstream !== undefined;
  }

  /** @param sealed absent when nothing came of the renewal. */
  async settle(sealed: Sealed | undefined): Promise<void> {
    await this.#rows.settleRenewal(sealed);
    this.#settled.resolve();
    this.#settled = Promise.withResolvers();
  }

  async #answerOnItsWay(): Promise<void> {
    const { renewalBeganAtMs } = this.#rows;
    if (renewalBeganAtMs === undefined) return;
    const limit = Promise.withResolvers<void>();
    const timer = setTimeout(limit.resolve, renewalBeganAtMs + RENEWAL_LIMIT_MS - Date.now());
    await Promise.race([this.#settled.promise, limit.promise]);
    clearTimeout(timer);
  }

  async #answer(key: string): Promise<UpstreamTokens | undefined> {
    const { upstream } = this.#rows;
    const text = upstream && (await unseal(key, "upstream tokens", upstream));
    return text === undefined ? undefined : upstreamTokensSchema.parse(JSON.parse(text));
  }
}

/**
 * How long an access token may live that carries these tokens: not longer than they do, because
 * whoever holds it could call no tool with it, and would not know why; a minute where even that is left
 * no more, because KV takes nothing shorter.
 *
 * @returns seconds; Infinity when the provider did not say when they end.
 */
export function accessTokenTtlSeconds({ expiresAtSeconds }: UpstreamTokens): number {
  if (expiresAtSeconds === undefined) return Number.POSITIVE_INFINITY;
  return Math.max(MIN_TTL_SECONDS, Math.floor(secondsLeft(expiresAtSeconds)) - MARGIN_SECONDS);
}

function isNearEnd({ expiresAtSeconds }: UpstreamTokens): boolean {
  return expiresAtSeconds !== undefined && secondsLeft(expiresAtSeconds) < NEAR_END_SECONDS;
}

function secondsLeft(expiresAtSeconds: number): number {
  return expiresAtSeconds - Date.now() / 1_000;
}

/** Whoever was asked has gone; whether the upstream has heard of it is not known. */
function noOutcome(error: unknown): RenewalOutcome {
  console.error({ event: "upstream_renewer_gone", error: errorText(error) });
  return "unavailable";
}

function upstreamUnavailable(): OAuthError {
  return new OAuthError("temporarily_unavailable", {
    description: "The identity provider is not answering right now",
    statusCode: 503,
    headers: { "Retry-After": String(RETRY_AFTER_SECONDS) },
  });
}

function upstreamEnded(description: string): OAuthError {
  return new OAuthError("invalid_grant", { description });
}
