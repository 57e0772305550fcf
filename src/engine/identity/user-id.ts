import type { Identity } from "./principal";

/**
 * The id under which a person's data is kept. It is part of token strings and KV key names, which their
 * holders can read, so it reveals nothing: it is a hash of issuer and subject, which no provider reassigns,
 * unlike e-mail addresses and login names.
 *
 * @returns 32 characters of `[A-Za-z0-9_-]`: 192 bits, and no `:`, which separates the parts of a token.
 */
export async function userIdOf(identity: Pick<Identity, "issuer" | "subject">): Promise<string> {
  // JSON keeps the boundary between the two, so that ("a", "bc") and ("ab", "c") differ.
  const input = new TextEncoder().encode(JSON.stringify([identity.issuer, identity.subject]));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", input));
  return digest.subarray(0, 24).toBase64({ alphabet: "base64url" });
}
