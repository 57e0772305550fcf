import { hkdfSync } from "node:crypto";

/** What a key does, which decides its type. */
const KINDS = {
  encrypt: { algorithm: { name: "AES-GCM", length: 256 }, usages: ["encrypt", "decrypt"] },
  authenticate: {
    algorithm: { name: "HMAC", hash: "SHA-256", length: 256 },
    usages: ["sign", "verify"],
  },
};

/**
 * Derives a key from a secret (HKDF with SHA-256, RFC 5869).
 *
 * @param secret with at least 128 bits of randomness, as SESSION_SECRET and all tokens here have: stretching
 *   it would protect nothing.
 * @param purpose a key for one purpose is useless for another.
 */
export async function derivedKey(
  secret: string,
  purpose: string,
  kind: keyof typeof KINDS,
): Promise<CryptoKey> {
  const encoder = new TextEncoder();
  const { algorithm, usages } = KINDS[kind];
  const material = await crypto.subtle.importKey("raw", encoder.encode(secret), "HKDF", false, [
    "deriveKey",
  ]);
  return crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: encoder.encode(purpose) },
    material,
    algorithm,
    false,
    usages,
  );
}

const BYTES = 32;

/** The same as bytes, for libraries that import the key themselves. It takes some microseconds. */
export function derivedBytes(secret: string, purpose: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(hkdfSync("sha256", secret, new Uint8Array(), purpose, BYTES));
}
