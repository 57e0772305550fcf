import { type UpstreamCredential, upstreamCredentialSchema } from "../identity/upstream-credential";
import { derivedKey } from "../lib/derived-key";

/** Carries a request's credential for calling APIs from the Worker into the session's object, sealed. */
export const CREDENTIAL_HEADER = "gatehouse-credential";

/**
 * Seals and opens that header. It is encrypted because headers end up where tokens must not: in invocation
 * logs, and in what a library keeps of a request.
 */
export type CredentialSeal = {
  seal(credential: UpstreamCredential): Promise<string>;
  /** @throws when it was not sealed here. */
  open(header: string): Promise<UpstreamCredential>;
};

const IV_BYTES = 12;

/** @param secret SESSION_SECRET, from which the key is derived. */
export function credentialSeal(secret: string): CredentialSeal {
  let key: CryptoKey | undefined;
  async function sealingKey(): Promise<CryptoKey> {
    key ??= await derivedKey(secret, CREDENTIAL_HEADER, "encrypt");
    return key;
  }
  return {
    async seal(credential) {
      const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
      const plain = new TextEncoder().encode(JSON.stringify(credential));
      const sealed = await crypto.subtle.encrypt(
        { name: "AES-GCM", iv },
        await sealingKey(),
        plain,
      );
      return `${iv.toBase64()}.${new Uint8Array(sealed).toBase64()}`;
    },
    async open(header) {
      const [iv = "", sealed = ""] = header.split(".");
      const plain = await crypto.subtle.decrypt(
        { name: "AES-GCM", iv: Uint8Array.fromBase64(iv) },
        await sealingKey(),
        Uint8Array.fromBase64(sealed),
      );
      return upstreamCredentialSchema.parse(JSON.parse(new TextDecoder().decode(plain)));
    },
  };
}
