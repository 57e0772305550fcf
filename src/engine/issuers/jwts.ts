import { decodeJwt, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from "jose";
import type { JwtAuthorization } from "../config";
import type { GroupsReader } from "../identity/groups";
import { ValueUnavailable } from "../lib/remote-value";
import type { ExternalClaims } from "./claims";
import { claimsOf } from "./jwt-claims";

/** Larger than any header that carries a token to a Worker together with the rest. */
const MAX_TOKEN_CHARS = 16_384;
const ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"];
const CLOCK_SKEW_SECONDS = 10;
/** How many keys are tried for a token that names none. */
const MAX_KEYS_TRIED = 4;

/** The names under which a header says that this is an access token (RFC 9068, section 2.1). */
const TYPES: Record<JwtAuthorization["profile"], readonly (string | undefined)[]> = {
  strict: ["at+jwt", "application/at+jwt"],
  compat: ["at+jwt", "application/at+jwt", "jwt", undefined],
};

/**
 * Verifies JWT access tokens of external issuers (RFC 9068).
 *
 * @param keysOf the key set of each accepted issuer.
 * @returns what the token says; undefined for any that is not valid here, whatever is wrong with it.
 *   It throws ValueUnavailable when that cannot be known.
 */
export function jwtVerifier(
  profile: JwtAuthorization["profile"],
  keysOf: ReadonlyMap<string, JWTVerifyGetKey>,
  groupsIn: GroupsReader,
): (token: string, audience: string) => Promise<ExternalClaims | undefined> {
  return async (token, audience) => {
    if (token.length > MAX_TOKEN_CHARS) return refused("too_large");
    try {
      // Read before it is verified, only to find whose key it has to verify with.
      const keys = keysOf.get(decodeJwt(token).iss ?? "");
      if (keys === undefined) return refused("unknown_issuer");
      const { payload, protectedHeader } = await verify(token, audience, keys);
      if (!TYPES[profile].includes(protectedHeader.typ?.toLowerCase())) return refused("typ");
      const { iat = 0 } = payload;
      if (iat > Date.now() / 1_000 + CLOCK_SKEW_SECONDS) return refused("iat");
      return claimsOf(payload, profile, groupsIn) ?? refused("claims");
    } catch (error) {
      if (error instanceof ValueUnavailable) throw error;
      // Names and codes only: what a token holds is anybody's text.
      return refused(error instanceof errors.JOSEError ? error.code : "malformed");
    }
  };
}

async function verify(token: string, audience: string, keys: JWTVerifyGetKey) {
  const options = {
    algorithms: ALGORITHMS,
    audience,
    requiredClaims: ["iss", "sub", "aud", "exp", "iat"],
    clockTolerance: CLOCK_SKEW_SECONDS,
  };
  try {
    return await jwtVerify<JWTPayload>(token, keys, options);
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    let tried = 0;
    for await (const key of error) {
      if (++tried > MAX_KEYS_TRIED) break;
      try {
        return await jwtVerify<JWTPayload>(token, key, options);
      } catch (failure) {
        if (!(failure instanceof errors.JWSSignatureVerificationFailed)) throw failure;
      }
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}

function refused(reason: string): undefined {
  console.warn({ event: "token_refused", reason });
}
