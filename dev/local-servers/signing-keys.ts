import { createPrivateKey, generateKeyPairSync, type JsonWebKey, randomUUID } from "node:crypto";
import { type JSONWebKeySet, type JWTPayload, SignJWT } from "jose";

/** A private key for signing tokens, as a JSON Web Key. */
export function newSigningKey(): JsonWebKey {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { ...privateKey.export({ format: "jwk" }), kid: randomUUID(), use: "sig", alg: "RS256" };
}

/** The public halves of private RSA keys. */
export function publicKeySet({ keys }: { keys: readonly JsonWebKey[] }): JSONWebKeySet {
  return {
    keys: keys.map(({ kty = "RSA", n = "", e = "", kid, use, alg }) => ({
      ...{ kty, n, e },
      ...(typeof kid === "string" && { kid }),
      ...(typeof use === "string" && { use }),
      ...(typeof alg === "string" && { alg }),
    })),
  };
}

/**
 * Signs a JWT of any content with the first of private RSA keys.
 *
 * @param header replaces members of an access token's header (RFC 9068, section 2.1).
 * @throws Error when there is no key.
 */
export async function signWith(
  { keys: [key] }: { keys: readonly JsonWebKey[] },
  claims: JWTPayload,
  header: Record<string, unknown> = {},
): Promise<string> {
  if (key === undefined) throw new Error("There is no key to sign with.");
  const kid = typeof key.kid === "string" ? { kid: key.kid } : {};
  return new SignJWT(claims)
    .setProtectedHeader({ alg: "RS256", typ: "at+jwt", ...kid, ...header })
    .sign(createPrivateKey({ key, format: "jwk" }));
}

/** A new private key as Gatehouse expects it: PEM on one line, as in a secret. */
export function newPrivateKeyPem(): string {
  const { privateKey } = generateKeyPairSync("ec", {
    namedCurve: "P-256",
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  return privateKey.trim().replaceAll("\n", "\\n");
}
