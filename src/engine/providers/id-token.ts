import {
  createLocalJWKSet,
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  jwtVerify,
} from "jose";
import { keySetSchema } from "../issuers/issuer-keys";
import type { RemoteValue } from "../lib/remote-value";
import { isSameIssuer, type OpenIdMetadata } from "./discovery";
import type { IdentityProviderError } from "./identity-provider";
import { HTTP_TIMEOUT_MS, jsonAnswer } from "./provider-answer";
import { loggedCode, loggedUrl, misconfigured } from "./provider-failure";
import { providerValue } from "./provider-value";

/** Those with a key pair. Which of them counts is the key set's to say, whatever the metadata announces. */
const ALGORITHMS = [
  ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
  ...["ES256", "ES384", "ES512", "EdDSA", "Ed25519"],
];

/** How far the provider's clock may be from ours (documented in docs/configuration.md). */
export const CLOCK_TOLERANCE_SECONDS = 120;

const FRESH_MS = 10 * 60 * 1_000;
const STALE_MS = 60 * 60 * 1_000;
/**
 * Only a token that came straight from the token endpoint has the keys read again, so no stranger can make
 * us ask: a sign-in that follows a rotation must not fail.
 */
const RENEW_INTERVAL_MS = 1_000;
/** How many keys are tried for a token that names none. */
const MAX_KEYS_TRIED = 8;

/** The keys that a provider signs with. */
export type ProviderKeys = RemoteValue<JWTVerifyGetKey>;

export function providerKeys(address: string): ProviderKeys {
  return providerValue(address, {
    freshMs: FRESH_MS,
    staleMs: STALE_MS,
    renewIntervalMs: RENEW_INTERVAL_MS,
    async load() {
      const response = await fetch(address, {
        headers: { accept: "application/json, application/jwk-set+json" },
        redirect: "manual",
        signal: AbortSignal.timeout(HTTP_TIMEOUT_MS),
      });
      const { keys } = keySetSchema.parse(await jsonAnswer(response, address));
      // RFC 9864 has Ed25519 for what was EdDSA before; a key and its token may differ in the name.
      return createLocalJWKSet({
        keys: keys.map(({ alg, ...key }) =>
          key.kty === "OKP" || alg === undefined ? key : { ...key, alg },
        ),
      });
    },
  });
}

/**
 * The claims of an ID token, checked as OpenID Connect Core, section 3.1.3.7, asks. Further audiences beside
 * this client are no fault: the token came from the token endpoint, for this sign-in's code and nonce.
 *
 * @throws IdentityProviderError which names the claim or the algorithm, what was expected and what came.
 */
export async function idTokenClaims(
  idToken: string,
  keys: ProviderKeys,
  expected: {
    server: Pick<OpenIdMetadata, "issuer" | "token_endpoint">;
    clientId: string;
    nonce: string;
  },
): Promise<JWTPayload & { sub: string }> {
  const { server, clientId, nonce } = expected;
  const endpoint = loggedUrl(server.token_endpoint);
  const claims = await verifiedJwt(idToken, keys, { audience: clientId }, endpoint);
  const refuse = (claim: string, facts: { expected?: string; received?: string } = {}) =>
    misconfigured(`The ID token has another ${claim}`, { endpoint, ...facts });
  if (!isSameIssuer(claims.iss ?? "", server.issuer)) {
    throw refuse("issuer", { expected: loggedUrl(server.issuer), received: loggedUrl(claims.iss) });
  }
  if (claims.nonce !== nonce) throw refuse("nonce than this sign-in sent");
  if (claims.azp !== undefined && claims.azp !== clientId) {
    throw refuse("authorized party (azp)", { expected: `client ${clientId}` });
  }
  if (typeof claims.sub !== "string" || claims.sub === "" || claims.exp === undefined) {
    throw refuse("form than it must have", { expected: "sub and exp" });
  }
  return { ...claims, sub: claims.sub };
}

/**
 * Verifies what a provider signed: an ID token, or the answer of userinfo.
 *
 * @param endpoint that gave it, for the log.
 */
export async function verifiedJwt(
  jwt: string,
  keys: ProviderKeys,
  options: JWTVerifyOptions,
  endpoint: string,
): Promise<JWTPayload> {
  requireAlgorithm(jwt, endpoint);
  const checks = { ...options, algorithms: ALGORITHMS, clockTolerance: CLOCK_TOLERANCE_SECONDS };
  try {
    const kept = await keys.get();
    return await verifyWith(jwt, kept, checks).catch(async (error: unknown) => {
      if (!isAboutKeys(error)) throw error;
      const renewed = await keys.renewed();
      if (renewed === kept) throw error;
      return verifyWith(jwt, renewed, checks);
    });
  } catch (error) {
    throw error instanceof errors.JOSEError ? failureOf(error, endpoint, options) : error;
  }
}

async function verifyWith(jwt: string, keys: JWTVerifyGetKey, checks: JWTVerifyOptions) {
  try {
    return (await jwtVerify<JWTPayload>(jwt, keys, checks)).payload;
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    let tried = 0;
    for await (const key of error) {
      if (++tried > MAX_KEYS_TRIED) break;
      try {
        return (await jwtVerify<JWTPayload>(jwt, key, checks)).payload;
      } catch (failure) {
        if (!(failure instanceof errors.JWSSignatureVerificationFailed)) throw failure;
      }
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}

/** What a rotation at the provider looks like from here. */
function isAboutKeys(error: unknown): boolean {
  return (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWSSignatureVerificationFailed
  );
}

/** Before the keys are looked at, because "no key fits" would not say what to change. */
function requireAlgorithm(jwt: string, endpoint: string): void {
  const expected = ALGORITHMS.join(", ");
  if (jwt.split(".").length === 5) {
    throw misconfigured("The token is encrypted, which this server does not decrypt", {
      endpoint,
      expected: "a signed token",
      advice: "remove the encryption (id_token_encrypted_response_alg) from this client",
    });
  }
  const { alg = "none" } = decodeProtectedHeader(jwt);
  if (ALGORITHMS.includes(alg)) return;
  const isByClientSecret = alg.startsWith("HS");
  throw misconfigured(
    isByClientSecret
      ? "The token is signed with the client secret, which anybody who holds the secret could do"
      : "The token is not signed in a way that this server takes",
    {
      endpoint,
      expected,
      received: loggedCode(alg),
      advice: "set this client's id_token_signed_response_alg to RS256 at the identity provider",
    },
  );
}

function failureOf(
  error: errors.JOSEError,
  endpoint: string,
  { audience = [] }: JWTVerifyOptions,
): IdentityProviderError {
  const facts = { endpoint, code: loggedCode(error.code) };
  if (error instanceof errors.JWTExpired || error instanceof errors.JWTClaimValidationFailed) {
    const { claim, payload } = error;
    const isTime = claim === "exp" || claim === "nbf";
    const time = Number(payload[claim]);
    return misconfigured(`The token's claim ${loggedCode(claim)} is not what it must be`, {
      ...facts,
      ...(isTime && {
        expected: `a clock at most ${CLOCK_TOLERANCE_SECONDS} seconds from ours`,
        received: `${claim} ${Math.round(time - Date.now() / 1_000)} seconds from now`,
      }),
      ...(claim === "aud" && {
        expected: [audience].flat().join(", "),
        received: [payload.aud ?? []].flat().slice(0, 3).map(loggedCode).join(", "),
      }),
    });
  }
  if (error instanceof errors.JWKSNoMatchingKey) {
    return misconfigured("The provider's key set has no key for the token", facts);
  }
  return misconfigured("The token cannot be verified", facts);
}
