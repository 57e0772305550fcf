import { derivedKey } from "./derived-key";

/**
 * Proofs that a text comes from here, for text that travels through a browser: cookies, form tokens, notes
 * in an address. Each is for one purpose and is invalid for any other.
 */
export type Signatures = {
  /** @returns an HMAC-SHA-256 over the purpose and the parts: 43 characters of `[A-Za-z0-9_-]`. */
  sign(purpose: string, ...parts: readonly string[]): Promise<string>;
  /** Whether the proof is for these parts; takes the same time for any proof. */
  isSigned(proof: string, purpose: string, ...parts: readonly string[]): Promise<boolean>;
};

const PROOF = /^[\w-]{43}$/;

/** @param secret SESSION_SECRET, from which the key is derived. */
export function signatures(secret: string): Signatures {
  let key: CryptoKey | undefined;
  async function signingKey(): Promise<CryptoKey> {
    key ??= await derivedKey(secret, "gatehouse browser", "authenticate");
    return key;
  }
  return {
    async sign(...signed) {
      const mac = await crypto.subtle.sign("HMAC", await signingKey(), bytesOf(signed));
      return new Uint8Array(mac).toBase64({ alphabet: "base64url", omitPadding: true });
    },
    async isSigned(proof, ...signed) {
      if (!PROOF.test(proof)) return false;
      const mac = Uint8Array.fromBase64(proof, { alphabet: "base64url" });
      return crypto.subtle.verify("HMAC", await signingKey(), mac, bytesOf(signed));
    },
  };
}

/** As JSON, which keeps the boundaries between the parts. */
function bytesOf(signed: readonly string[]): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(signed));
}
