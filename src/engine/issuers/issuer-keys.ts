import { createLocalJWKSet, errors, type JWTVerifyGetKey } from "jose";
import * as z from "zod";
import { isLoopback } from "../config";
import { readBytes } from "../lib/read-bytes";
import { REQUEST_TIMEOUT_MS, remoteValue } from "../lib/remote-value";
import { authorizationServerMetadata } from "./authorization-server-metadata";

const FRESH_MS = 10 * 60 * 1_000;
/** How long tokens still verify while the keys cannot be fetched: an outage there is none here. */
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

/** Others are left out one by one: an odd one must not refuse the set (RFC 7517, section 5). */
export const keySetSchema = z.object({
  keys: z
    .array(z.unknown())
    .transform((keys) => keys.flatMap((key) => keySchema.safeParse(key).data ?? [])),
});

/**
 * The public keys of an issuer, found by its metadata (`jwks_uri`). A key id that is not among them
 * has them fetched again, for rotation, at most once in 30 seconds however many unknown ids come.
 *
 * @returns what jose asks for a token's key. It throws ValueUnavailable when there are no keys to be had.
 */
export function issuerKeys(issuer: string): JWTVerifyGetKey {
  const metadata = authorizationServerMetadata(issuer);
  const keys = remoteValue({
    freshMs: FRESH_MS,
    staleMs: STALE_MS,
    async load() {
      const { jwks_uri: address } = await metadata.get();
      try {
        return createLocalJWKSet(await fetchKeySet(address));
      } catch (error) {
        // They may have moved.
        const { jwks_uri: newAddress } = await metadata.renewed();
        if (newAddress === address) throw error;
        return createLocalJWKSet(await fetchKeySet(newAddress));
      }
    },
  });
  return async (header, token) => {
    const keyIn = await keys.get();
    try {
      return await keyIn(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      const renewed = await keys.renewed();
      if (renewed === keyIn) throw error;
      return renewed(header, token);
    }
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
  if (!response.ok) throw new Error(`The keys were answered with status ${response.status}`);
  return keySetSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
}
