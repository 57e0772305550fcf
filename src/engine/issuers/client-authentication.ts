import { calculateJwkThumbprint, importJWK } from "jose";
import * as oauth from "oauth4webapi";
import type { ClientCredential, KeyCredential, PrivateJwk, SecretCredential } from "../config";

/** How a key signs, by its kind. RS256 is what every server knows of RSA. */
function algorithmOf(key: PrivateJwk): string {
  switch (key.kty) {
    case "RSA":
      return "RS256";
    case "EC":
      return { "P-256": "ES256", "P-384": "ES384", "P-521": "ES512" }[key.crv];
    case "OKP":
      return "Ed25519";
  }
}

/**
 * Authenticates this server at the external authorization server, as its client: with a secret, or
 * with an assertion of which issuer and subject are the client id, and the audience is the server's
 * issuer; a new one for each request, for five minutes at most (RFC 7523, section 3).
 */
export function clientAuthentication(
  credential: ClientCredential,
): (server: oauth.AuthorizationServer) => Promise<oauth.ClientAuth> {
  if (credential.kind === "secret")
    return async (server) => secretAuthentication(credential, server);
  let authentication: oauth.ClientAuth | undefined;
  return async () => {
    authentication ??= oauth.PrivateKeyJwt(await importedKey(credential.signingKey));
    return authentication;
  };
}

/** client_secret_basic is what a server takes that does not say (RFC 8414, section 2). */
function secretAuthentication(
  { clientSecret, method }: SecretCredential,
  server: oauth.AuthorizationServer,
): oauth.ClientAuth {
  const supported = server.token_endpoint_auth_methods_supported ?? ["client_secret_basic"];
  const basic = method
    ? method === "client_secret_basic"
    : supported.includes("client_secret_basic");
  return basic ? oauth.ClientSecretBasic(clientSecret) : oauth.ClientSecretPost(clientSecret);
}

async function importedKey(jwk: PrivateJwk): Promise<oauth.PrivateKey> {
  const key = await importJWK(jwk, algorithmOf(jwk));
  if (key instanceof Uint8Array) throw new TypeError("A private key is no secret");
  return { key, kid: await thumbprintOf(jwk) };
}

/** RFC 7638: the same key has the same id wherever it is computed, so no id needs to be agreed on. */
function thumbprintOf(key: PrivateJwk): Promise<string> {
  return calculateJwkThumbprint(publicPartOf(key));
}

/** Named one by one, so that nothing private can slip through. */
function publicPartOf(key: PrivateJwk) {
  switch (key.kty) {
    case "RSA":
      return { kty: key.kty, n: key.n, e: key.e };
    case "EC":
      return { kty: key.kty, crv: key.crv, x: key.x, y: key.y };
    case "OKP":
      return { kty: key.kty, crv: key.crv, x: key.x };
  }
}

/**
 * The key set that the authorization server verifies this server's assertions with: the key that
 * signs, and the one that follows it (RFC 7517).
 */
export async function publicKeySet({ signingKey, nextKey }: KeyCredential) {
  const keys = [signingKey, ...(nextKey === undefined ? [] : [nextKey])];
  return {
    keys: await Promise.all(
      keys.map(async (key) => ({
        ...publicPartOf(key),
        kid: await thumbprintOf(key),
        alg: algorithmOf(key),
        use: "sig",
      })),
    ),
  };
}
