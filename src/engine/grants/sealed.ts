import { derivedKey } from "../lib/derived-key";

/** Text that only whoever has the secret can read, and nobody can change unnoticed (AES-GCM). */
export type Sealed = { readonly iv: Uint8Array<ArrayBuffer>; readonly ciphertext: ArrayBuffer };

/** What is sealed; a text that was sealed for one purpose does not open for another. */
export type Purpose = "answer" | "upstream tokens";

const IV_BYTES = 12;

/** @param secret a token, from which the key is derived. */
export async function seal(secret: string, purpose: Purpose, text: string): Promise<Sealed> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const algorithm = { name: "AES-GCM", iv };
  const key = await keyFrom(secret, purpose);
  const plaintext = new TextEncoder().encode(text);
  return { iv, ciphertext: await crypto.subtle.encrypt(algorithm, key, plaintext) };
}

/** @returns undefined when it was sealed with another secret or for another purpose. */
export async function unseal(
  secret: string,
  purpose: Purpose,
  { iv, ciphertext }: Sealed,
): Promise<string | undefined> {
  const key = await keyFrom(secret, purpose);
  try {
    const plaintext = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, ciphertext);
    return new TextDecoder().decode(plaintext);
  } catch {
    // The one failure that there is: the key does not fit.
    return undefined;
  }
}

function keyFrom(secret: string, purpose: Purpose): Promise<CryptoKey> {
  return derivedKey(secret, `gatehouse grant: ${purpose}`, "encrypt");
}
