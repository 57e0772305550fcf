import type { OAuthResourceTokenValidator } from "@cloudflare/workers-oauth-provider";
import { TtlCache } from "../lib/ttl-cache";
import type { Authenticated } from "./authenticated";

/** Makes a validator for an environment, as OAuthResourceServer asks for one at each request. */
export type TokenVerifier = (env: Env) => OAuthResourceTokenValidator<Authenticated>;

type Verified = NonNullable<Awaited<ReturnType<OAuthResourceTokenValidator<Authenticated>>>>;

/**
 * How long an isolate caches the result of verifying a token. It is also how old the record may be that a
 * token of ours is verified with (own-tokens.ts): the sum is what REVOCATION_DELAY_SECONDS promises.
 */
export const VERIFIED_TOKEN_SECONDS = 30;

/**
 * Caches the results of verifying tokens: by a hash, for the resource that the token was verified for, and
 * never beyond the token's expiry. Refusals and failures are not cached.
 *
 * @param verify checks a token that was not verified recently.
 */
export function rememberingVerifier(verify: TokenVerifier): TokenVerifier {
  const verified = new TtlCache<Verified>();
  return (env) => async (resource, token) => {
    const key = `${await hashOf(token)} ${resource}`;
    const known = verified.get(key);
    if (known !== undefined) return known;
    const askedAtMs = Date.now();
    const validation = await verify(env)(resource, token);
    if (validation === null) return null;
    const tokenEndsAtMs = (validation.expiresAt ?? 0) * 1_000;
    const endsAtMs = Math.min(askedAtMs + VERIFIED_TOKEN_SECONDS * 1_000, tokenEndsAtMs);
    verified.set(key, validation, endsAtMs);
    return validation;
  };
}

async function hashOf(token: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
  return new Uint8Array(digest).toBase64();
}
