import * as z from "zod";

/**
 * The metadata (RFC 7591, section 2) that can be compared: of a public client, and flat. Most of it
 * is text or lists of text; whatever has more structure, such as an inline key set, is rare.
 */
const comparableSchema = z
  .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]))
  .refine((metadata) => metadata.token_endpoint_auth_method === "none");

/**
 * Where the registration of a public client with exactly this metadata would be found.
 *
 * All that was sent goes into the key, what the server does not know included, so the same key means
 * the same registration. Only what carries no meaning in RFC 7591 is left out: the order of the
 * members and of the lists. Ports count too: a client that listens on another one is another.
 *
 * @param json the body of the registration, parsed; anything at all.
 * @returns undefined for what must have a record of its own: a client with a secret above all.
 */
export async function registrationKey(json: unknown): Promise<string | undefined> {
  const parsed = comparableSchema.safeParse(json);
  if (!parsed.success) return undefined;
  const members = Object.entries(parsed.data)
    .map(([name, value]) => [name, Array.isArray(value) ? value.toSorted() : value] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1));
  const input = new TextEncoder().encode(JSON.stringify(members));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", input));
  return `registration:${digest.toBase64({ alphabet: "base64url", omitPadding: true })}`;
}
