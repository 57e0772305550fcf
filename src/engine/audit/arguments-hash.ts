import { derivedKey } from "../lib/derived-key";

/**
 * Hashes the arguments of a tool call, so that equal calls can be recognized in the audit. The hash is
 * keyed, because arguments can often be guessed, and trying must not reveal them.
 *
 * @returns 22 characters of base64url; an empty string for arguments without a JSON form. Never rejects.
 */
export type ArgumentsHash = (tool: string, args: unknown) => Promise<string>;

const PURPOSE = "gatehouse-audit-arguments";
const BYTES = 16;

/** @param secret SESSION_SECRET, from which the key is derived. */
export function argumentsHash(secret: string): ArgumentsHash {
  let key: CryptoKey | undefined;
  return async (tool, args) => {
    try {
      const text = new TextEncoder().encode(JSON.stringify([tool, args]));
      key ??= await derivedKey(secret, PURPOSE, "authenticate");
      const mac = new Uint8Array(await crypto.subtle.sign("HMAC", key, text));
      return mac.subarray(0, BYTES).toBase64({ alphabet: "base64url", omitPadding: true });
    } catch {
      // Too deeply nested, for example. The call itself reports that.
      return "";
    }
  };
}
