/**
 * Hashes the arguments of a tool call, so that equal calls can be told from others by what is kept of
 * them. The hash has a key, because arguments can often be guessed, and must not be found by trying.
 *
 * @returns 22 characters of base64url; an empty text for what has no JSON form. Never rejects.
 */
export type ArgumentsHash = (tool: string, args: unknown) => Promise<string>;

const PURPOSE = "gatehouse-audit-arguments";
const BYTES = 16;

/** @param secret SESSION_SECRET, from which the key is derived (HKDF, RFC 5869). */
export function argumentsHash(secret: string): ArgumentsHash {
  let key: CryptoKey | undefined;
  return async (tool, args) => {
    try {
      const text = new TextEncoder().encode(JSON.stringify([tool, args]));
      key ??= await deriveKey(secret);
      const mac = new Uint8Array(await crypto.subtle.sign("HMAC", key, text));
      return mac.subarray(0, BYTES).toBase64({ alphabet: "base64url", omitPadding: true });
    } catch {
      // Too deeply nested, for one. The call itself says what it makes of that.
      return "";
    }
  };
}

async function deriveKey(secret: string): Promise<CryptoKey> {
  const encoder = new TextEncoder();
  const material = await crypto.subtle.importKey("raw", encoder.encode(secret), "HKDF", false, [
    "deriveKey",
  ]);
  return crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: encoder.encode(PURPOSE) },
    material,
    { name: "HMAC", hash: "SHA-256", length: 256 },
    false,
    ["sign"],
  );
}
