import { decodeJwt, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from "jose";
import type { JwtAuthorization } from "../config";
import { ValueUnavailable } from "../lib/remote-value";
import type { ExternalClaims } from "./claims";
import { CLOCK_SKEW_SECONDS } from "./clock";
import { claimsOf } from "./jwt-claims";
import type { PersonReader } from "./person-claims";
import { EXPECTED, refused, refusedForAudience } from "./token-refusal";

/** Larger than any token that fits into a Worker's request headers. */
const MAX_TOKEN_CHARS = 16_384;
const ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"];
/** How many keys are tried for a token that names no key. */
const MAX_KEYS_TRIED = 4;

/** The `typ` values of an access token (RFC 9068, section 2.1). */
const TYPES: Record<JwtAuthorization["profile"], readonly (string | undefined)[]> = {
  strict: ["at+jwt", "application/at+jwt"],
  compat: [
    ...["at+jwt", "application/at+jwt", "jwt", undefined],
    // What Okta issues for its own authorization server.
    ...["okta-internal-at+jwt", "application/okta-internal-at+jwt"],
  ],
};

/**
 * Verifies JWT access tokens of external issuers (RFC 9068).
 *
 * @param keysOf the key set of each accepted issuer.
 * @returns what the token says; undefined for a token that is not valid here, whatever is wrong with it.
 *   It throws ValueUnavailable when that cannot be determined.
 */
export function jwtVerifier(
  profile: JwtAuthorization["profile"],
  keysOf: ReadonlyMap<string, JWTVerifyGetKey>,
  personIn: PersonReader,
): (token: string, audience: string) => Promise<ExternalClaims | undefined> {
  return async (token, audience) => {
    if (token.length > MAX_TOKEN_CHARS) return refused("too_large");
    try {
      // Read before it is verified, only to find the issuer's keys to verify it with.
      const keys = keysOf.get(decodeJwt(token).iss ?? "");
      if (keys === undefined) {
        return refused("unknown_issuer", { claim: "iss", expected: EXPECTED.issuer });
      }
      const { payload, protectedHeader } = await verify(token, audience, keys);
      if (!TYPES[profile].includes(protectedHeader.typ?.toLowerCase())) {
        return refused("typ", { claim: "typ", ...(profile === "strict" && { hint: COMPAT_HINT }) });
      }
      const { iat = 0 } = payload;
      if (iat > Date.now() / 1_000 + CLOCK_SKEW_SECONDS) return refused("iat", { claim: "iat" });
      const claims = claimsOf(payload, profile, personIn);
      return "refusedFor" in claims ? refused("claims", { claim: claims.refusedFor }) : claims;
    } catch (error) {
      if (error instanceof ValueUnavailable) throw error;
      return refusedBy(error);
    }
  };
}

const COMPAT_HINT = "TOKEN_PROFILE compat accepts tokens that do not say at+jwt";

/** Names and codes only: anybody could have written what a token contains. */
function refusedBy(error: unknown): undefined {
  if (error instanceof errors.JWTExpired) return refused("expired", { claim: "exp" });
  if (error instanceof errors.JWTClaimValidationFailed) {
    return error.claim === "aud"
      ? refusedForAudience(error.payload)
      : refused(error.code, { claim: error.claim });
  }
  return refused(error instanceof errors.JOSEError ? error.code : "malformed");
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
