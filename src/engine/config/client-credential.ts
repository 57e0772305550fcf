import * as z from "zod";
import { Problems, refusalsOf } from "./variables.ts";

/** How this server proves itself to the external authorization server, as its client. */
export type ClientCredential = SecretCredential | KeyCredential;

export type SecretCredential = {
  kind: "secret";
  clientId: string;
  clientSecret: string;
  /** How it is sent; undefined leaves it to what the server's metadata says it takes. */
  method: "client_secret_basic" | "client_secret_post" | undefined;
};

/** private_key_jwt (RFC 7523; OpenID Connect Core, section 9). */
export type KeyCredential = {
  kind: "key";
  clientId: string;
  signingKey: PrivateJwk;
  /** Published beside the signing key, so that the other side knows it before it signs anything. */
  nextKey: PrivateJwk | undefined;
};

const text = z.string();
const MIN_RSA_BITS = 2_048;
/** The modulus in base64url has four characters for three bytes. */
const MIN_MODULUS_CHARS = Math.ceil((MIN_RSA_BITS / 8 / 3) * 4);

/** The private keys that can sign here (RFC 7518, section 6; RFC 8037). */
const privateJwk = z.discriminatedUnion("kty", [
  z.object({
    kty: z.literal("RSA"),
    n: text.min(MIN_MODULUS_CHARS),
    ...{ e: text, d: text, p: text, q: text, dp: text, dq: text, qi: text },
  }),
  z.object({
    kty: z.literal("EC"),
    crv: z.enum(["P-256", "P-384", "P-521"]),
    ...{ x: text, y: text, d: text },
  }),
  z.object({ kty: z.literal("OKP"), crv: z.literal("Ed25519"), x: text, d: text }),
]);
export type PrivateJwk = z.infer<typeof privateJwk>;

/** A key in PEM. Pasted into a secret, its line breaks are often a literal `\n`. */
export const privateKey = text.transform((pem, context) => {
  try {
    // Loaded here, as the module costs some milliseconds of every start, and most servers have no key.
    const { createPrivateKey } = process.getBuiltinModule("node:crypto");
    const key = createPrivateKey(pem.replaceAll("\\n", "\n").trim());
    return privateJwk.parse(key.export({ format: "jwk" }));
  } catch {
    // What it says may quote the key.
    context.addIssue({
      code: "custom",
      message:
        `is no private key that can sign here: it must be a PEM (PKCS#8, PKCS#1 or SEC 1, not encrypted) ` +
        `of an RSA key of at least ${MIN_RSA_BITS} bits, an EC key (P-256, P-384, P-521) or an Ed25519 key`,
    });
    return z.NEVER;
  }
});

const schema = z.object({
  AS_CLIENT_ID: z.string().optional(),
  AS_CLIENT_SECRET: z.string().optional(),
  AS_CLIENT_AUTH: z
    .enum(
      ["client_secret_basic", "client_secret_post"],
      'must be "client_secret_basic" or "client_secret_post" (for private_key_jwt set AS_PRIVATE_KEY)',
    )
    .optional(),
  AS_PRIVATE_KEY: privateKey.optional(),
  AS_PRIVATE_KEY_NEXT: privateKey.optional(),
});

/** The names of the variables that are read here. */
export const clientCredentialVariables: readonly string[] = Object.keys(schema.shape);

/**
 * Finds the credential that the environment gives: a client secret, or a private key.
 *
 * @returns undefined when there is none at all; the problems when there is half of one, or two.
 */
export function parseClientCredential(
  variables: Record<string, unknown>,
): ClientCredential | undefined | Problems {
  const parsed = schema.safeParse(variables);
  if (!parsed.success) return refusalsOf(parsed);
  const {
    AS_CLIENT_ID: clientId,
    AS_CLIENT_SECRET: clientSecret,
    AS_CLIENT_AUTH: method,
    AS_PRIVATE_KEY: signingKey,
    AS_PRIVATE_KEY_NEXT: nextKey,
  } = parsed.data;
  const problems = [
    ...(clientSecret !== undefined && signingKey !== undefined
      ? [
          "AS_PRIVATE_KEY and AS_CLIENT_SECRET are both set: remove one, so that it is clear which counts",
        ]
      : []),
    ...(clientId === undefined && (clientSecret ?? signingKey) !== undefined
      ? ["AS_CLIENT_ID is missing: the client id that the authorization server gave this server"]
      : []),
    ...(clientId !== undefined && clientSecret === undefined && signingKey === undefined
      ? ["AS_CLIENT_SECRET or AS_PRIVATE_KEY is missing: AS_CLIENT_ID alone proves nothing"]
      : []),
    ...(nextKey !== undefined && signingKey === undefined
      ? ["AS_PRIVATE_KEY is missing: AS_PRIVATE_KEY_NEXT is only the key that follows it"]
      : []),
    ...(method !== undefined && clientSecret === undefined
      ? ["AS_CLIENT_AUTH says how AS_CLIENT_SECRET is sent, and that is not set"]
      : []),
  ];
  if (problems.length > 0) return new Problems(...problems);
  if (clientId === undefined) return undefined;
  if (clientSecret !== undefined) return { kind: "secret", clientId, clientSecret, method };
  return signingKey && { kind: "key", clientId, signingKey, nextKey };
}
