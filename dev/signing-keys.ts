import { generateKeyPairSync, type JsonWebKey, randomUUID } from "node:crypto";
import type { JSONWebKeySet } from "jose";

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

/** A new private key as Gatehouse takes it: PEM, on one line, as it stands in a secret. */
export function newPrivateKeyPem(): string {
  const { privateKey } = generateKeyPairSync("ec", {
    namedCurve: "P-256",
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  return privateKey.trim().replaceAll("\n", "\\n");
}
