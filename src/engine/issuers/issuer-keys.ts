import { createLocalJWKSet, errors, type JWTVerifyGetKey } from "jose";
import * as z from "zod";
import { isLoopback } from "../config";
import { readBytes } from "../lib/read-bytes";
import { REQUEST_TIMEOUT_MS, remoteValue, ValueUnavailable } from "../lib/remote-value";
import { authorizationServerMetadata } from "./authorization-server-metadata";
import { CLOCK_SKEW_SECONDS } from "./clock";

const FRESH_MS = 10 * 60 * 1_000;
/** How long tokens still verify while the keys cannot be fetched: an outage there is not an outage here. */
const STALE_MS = 60 * 60 * 1_000;
const MAX_KEY_SET_BYTES = 1_024 * 1_024;

const text = z.string();
const common = {
  kid: text.exactOptional(),
  alg: text.exactOptional(),
  use: text.exactOptional(),
  key_ops: z.array(text).exactOptional(),
};

/** The public keys that can verify here (RFC 7518, section 6; RFC 8037). */
const keySchema = z.discriminatedUnion("kty", [
  z.object({ kty: z.literal("RSA"), n: text, e: text, ...common }),
  z.object({ kty: z.literal("EC"), crv: text, x: text, y: text, ...common }),
  z.object({ kty: z.literal("OKP"), crv: text, x: text, ...common }),
]);

/** Other keys are skipped one by one: an odd key must not invalidate the set (RFC 7517, section 5). */
export const keySetSchema = z.object({
  keys: z
    .array(z.unknown())
    .transform((keys) => keys.flatMap((key) => keySchema.safeParse(key).data ?? [])),
});

type Keys = {
  readonly keyIn: JWTVerifyGetKey;
  /** An issuer that publishes no key has a problem, or has withdrawn them all: then no token can be judged. */
  readonly isEmpty: boolean;
  readonly fetchedAtMs: number;
};

/**
 * The public keys of an issuer, found through its metadata (`jwks_uri`). An unknown key id makes it fetch
 * them again, for rotation, at most once in 30 seconds however many unknown ids come.
 *
 * @returns the function that jose calls for a token's key. It throws ValueUnavailable when no keys are
 *   available, and for a token that is newer than the keys here, as its key may have been published since.
 */
export function issuerKeys(issuer: string): JWTVerifyGetKey {
  const metadata = authorizationServerMetadata(issuer);
  const keys = remoteValue({
    freshMs: FRESH_MS,
    staleMs: STALE_MS,
    async load() {
      const { jwks_uri: address } = await metadata.get();
      try {
        return await fetchKeys(address);
      } catch (error) {
        // They may have moved.
        const { jwks_uri: newAddress } = await metadata.renewed();
        if (newAddress === address) throw error;
        return fetchKeys(newAddress);
      }
    },
  });
  return async (header, token) => {
    const askedAtMs = Date.now();
    const known = await keys.get();
    try {
      return await keyOf(known, header, token);
    } catch (error) {
      if (!isUnknownKey(error)) throw error;
      const renewed = await keys.renewed();
      if (renewed !== known) return keyOf(renewed, header, token);
      if (known.fetchedAtMs >= askedAtMs || isOlderThan(known, token)) throw error;
      throw new ValueUnavailable("The token may be signed with a newer key than those known here");
    }
  };
}

async function keyOf({ keyIn, isEmpty }: Keys, ...[header, token]: Parameters<JWTVerifyGetKey>) {
  if (isEmpty) throw new ValueUnavailable("The authorization server publishes no usable key");
  return keyIn(header, token);
}

function isUnknownKey(error: unknown): boolean {
  return error instanceof errors.JWKSNoMatchingKey || error instanceof ValueUnavailable;
}

const issuedSchema = z.object({ iat: z.number() });

/** Whether the issuer had already published the key of this token when the keys were fetched. */
function isOlderThan({ fetchedAtMs }: Keys, { payload }: Parameters<JWTVerifyGetKey>[1]): boolean {
  try {
    if (typeof payload !== "string") return true;
    const claims: unknown = JSON.parse(
      new TextDecoder().decode(Uint8Array.fromBase64(payload, { alphabet: "base64url" })),
    );
    const { iat } = issuedSchema.parse(claims);
    return (iat + CLOCK_SKEW_SECONDS) * 1_000 <= fetchedAtMs;
  } catch {
    // It will not be valid whatever its key is.
    return true;
  }
}

async function fetchKeys(address: string | undefined): Promise<Keys> {
  const set = await fetchKeySet(address);
  return {
    keyIn: createLocalJWKSet(set),
    isEmpty: set.keys.length === 0,
    fetchedAtMs: Date.now(),
  };
}

async function fetchKeySet(address: string | undefined) {
  if (address === undefined) throw new TypeError("The metadata has no jwks_uri");
  const url = new URL(address);
  if (url.protocol !== "https:" && !isLoopback(url.hostname)) {
    throw new TypeError("The metadata's jwks_uri is not https");
  }
  const response = await fetch(url, {
    headers: { accept: "application/json, application/jwk-set+json" },
    redirect: "manual",
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  });
  const bytes = await readBytes(response.body, MAX_KEY_SET_BYTES);
  if (!response.ok)
    throw new Error(`The request for the keys was answered with status ${response.status}`);
  return keySetSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
}
