import { tokenCheckUnavailable } from "../identity/token-check-unavailable";
import type { TokenVerifier } from "../identity/verified-tokens";
import { errorText } from "../lib/error-text";
import { TtlCache } from "../lib/ttl-cache";
import { grantIdOf, grantObject } from "./grant-id";
import { localRevocations } from "./local-revocations";
import { tokenIdOf } from "./provider/records";

/** The REVOCATION_DELAY_SECONDS that needs no question: KV, and what is remembered of it, keep it. */
const UNASKED_SECONDS = 60;

/**
 * Refuses access tokens that their grant has ended, however long KV goes on to show them: at once where it
 * was ended through this isolate. Elsewhere it asks the grant's object about each, and remembers for
 * `delaySeconds` that it counts.
 *
 * @param delaySeconds REVOCATION_DELAY_SECONDS: 0 asks at each request, 60 never.
 * @returns a verifier; its validators throw OAuthError (503) when the object cannot be asked.
 */
export function refusingRevoked(delaySeconds: number, verify: TokenVerifier): TokenVerifier {
  const counting = new TtlCache<true>();
  return (env) => async (resource, token) => {
    const validation = await verify(env)(resource, token);
    const { grantId } = validation?.props?.principal ?? {};
    if (validation === null || (grantId !== undefined && localRevocations.has(grantId)))
      return null;
    const tokenId = await tokenIdOf(token);
    if (localRevocations.hasToken(tokenId)) return null;
    if (delaySeconds >= UNASKED_SECONDS) return validation;
    if (counting.get(tokenId)) return validation;
    const askedAtMs = Date.now();
    if (!(await isOfItsGrant(env, token, tokenId))) return null;
    counting.set(tokenId, true, askedAtMs + delaySeconds * 1_000);
    return validation;
  };
}

async function isOfItsGrant(env: Env, token: string, tokenId: string): Promise<boolean> {
  const grantId = grantIdOf(token);
  if (grantId === undefined) return false;
  try {
    return await grantObject(env, grantId).hasAccessToken(tokenId);
  } catch (error) {
    console.error({ event: "grant_unreachable", error: errorText(error) });
    throw tokenCheckUnavailable();
  }
}
