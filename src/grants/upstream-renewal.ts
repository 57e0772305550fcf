import { OAuthError } from "@cloudflare/workers-oauth-provider";
import { type UpstreamTokens, upstreamTokensSchema } from "../identity/upstream-tokens";
import {
  type IdentityProvider,
  IdentityProviderError,
  UpstreamGrantEnded,
} from "../login/identity-provider";
import { type Sealed, seal, unseal } from "./sealed";

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

/** Makes tokens of the identity provider that are not near their end from what a grant has. */
export type UpstreamRenewal = (tokens: UpstreamTokens) => Promise<UpstreamTokens>;

/** Where the upstream's answer is put before anything else happens with it. */
export type RenewalShelf = {
  readonly upstream: Sealed | undefined;
  /** Resolves when it is on disk. */
  setUpstream(sealed: Sealed): Promise<void>;
};

/**
 * Renews the tokens of the identity provider, for one grant at a time.
 *
 * An upstream whose refresh tokens work once has forgotten the old one when it answers. So its answer is
 * shelved before the grant's record is written: after a crash in between, the next refresh of the same
 * grant finds it there. It is sealed with the refresh token that it answers, which stands in the grant's
 * props, and so opens with each of the grant's own tokens and with nothing else.
 *
 * @returns a function that throws OAuthError: `invalid_grant` when the person's consent there has
 *   ended, which ends the grant; `temporarily_unavailable` when it may work later.
 */
export function upstreamRenewal(provider: IdentityProvider, shelf: RenewalShelf): UpstreamRenewal {
  return async (tokens) => {
    if (!isNearEnd(tokens)) return tokens;
    const { refreshToken } = tokens;
    if (refreshToken === undefined || provider.refresh === undefined) {
      if (accessTokenTtlSeconds(tokens) > MIN_TTL_SECONDS) return tokens;
      throw upstreamEnded("The access at the identity provider has run out");
    }
    const shelved = await shelvedAnswer(shelf, refreshToken);
    if (shelved !== undefined && !isNearEnd(shelved)) return shelved;

    // After a long outage the shelved tokens may be at their end as well; those before them are spent.
    const renewed = await provider.refresh(shelved ?? tokens).catch(rethrowAsOAuthError);
    // A provider that issues no other refresh token leaves the old one valid (RFC 6749, section 6).
    const complete = { refreshToken: shelved?.refreshToken ?? refreshToken, ...renewed };
    await shelf.setUpstream(await seal(refreshToken, "upstream tokens", JSON.stringify(complete)));
    return complete;
  };
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

async function shelvedAnswer(
  { upstream }: RenewalShelf,
  refreshToken: string,
): Promise<UpstreamTokens | undefined> {
  const text = upstream && (await unseal(refreshToken, "upstream tokens", upstream));
  return text === undefined ? undefined : upstreamTokensSchema.parse(JSON.parse(text));
}

const RETRY_AFTER_SECONDS = 5;

function rethrowAsOAuthError(error: unknown): never {
  if (error instanceof UpstreamGrantEnded) {
    throw upstreamEnded("The consent at the identity provider has ended");
  }
  if (!(error instanceof IdentityProviderError)) throw error;
  console.error({
    event: "upstream_refresh_failed",
    error: error.message,
    cause: String(error.cause),
  });
  throw new OAuthError("temporarily_unavailable", {
    description: "The identity provider does not answer just now",
    statusCode: 503,
    headers: { "Retry-After": String(RETRY_AFTER_SECONDS) },
  });
}

function upstreamEnded(description: string): OAuthError {
  return new OAuthError("invalid_grant", { description });
}
