import { calculateJwkThumbprint, importJWK } from "jose";
import * as oauth from "oauth4webapi";
import * as z from "zod";
import type { ClientCredential, PrivateJwk, SecretCredential } from "../config";
import { clientSecretBasic } from "./client-secret-basic";

const textsSchema = z.array(z.string());

/** How a key signs, by its type. Every server supports RS256 for RSA. */
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

/** Where this server authenticates: each endpoint may accept different methods (RFC 8414, section 2). */
export type ClientEndpoint = "token" | "introspection";

/**
 * Authenticates this server at the external authorization server, as its client: with a secret, or
 * with an assertion. Its issuer and subject are the client id, its audience is the server's issuer; each
 * request gets a new one, for five minutes at most (RFC 7523, section 3).
 */
export function clientAuthentication(
  credential: ClientCredential,
  endpoint: ClientEndpoint = "token",
): (server: oauth.AuthorizationServer) => Promise<oauth.ClientAuth> {
  if (credential.kind === "secret") {
    const { clientSecret } = credential;
    return async (server) =>
      usesBasic(credential, server, endpoint)
        ? clientSecretBasic(clientSecret)
        : oauth.ClientSecretPost(clientSecret);
  }
  let key: oauth.PrivateKey | undefined;
  return async (server) => {
    key ??= await signingKey(credential.signingKey);
    return keyAuthentication(key, server, endpoint);
  };
}

/** client_secret_basic is the default of a server that names no method (RFC 8414, section 2). */
export function usesBasic(
  { method }: SecretCredential,
  server: oauth.AuthorizationServer,
  endpoint: ClientEndpoint,
): boolean {
  if (method !== undefined) return method === "client_secret_basic";
  return announced(server, endpoint, "methods_supported")?.includes("client_secret_basic") ?? true;
}

/** The metadata about client authentication at an endpoint, or by default that about the token endpoint. */
export function announced(
  server: oauth.AuthorizationServer,
  endpoint: ClientEndpoint,
  what: "methods_supported" | "signing_alg_values_supported",
): string[] | undefined {
  const own = textsSchema.safeParse(server[`${endpoint}_endpoint_auth_${what}`]).data;
  return own ?? textsSchema.safeParse(server[`token_endpoint_auth_${what}`]).data;
}

/**
 * Many servers know Ed25519 only by the older name of its algorithm, which RFC 9864 replaces, so the new one is
 * used only for those that announce it.
 */
function keyAuthentication(
  key: oauth.PrivateKey,
  server: oauth.AuthorizationServer,
  endpoint: ClientEndpoint,
): oauth.ClientAuth {
  const algorithms = announced(server, endpoint, "signing_alg_values_supported");
  return oauth.PrivateKeyJwt(key, {
    [oauth.modifyAssertion]: (header) => {
      if (header.alg === "Ed25519" && !algorithms?.includes("Ed25519")) header.alg = "EdDSA";
    },
  });
}

/** A private key of this server, ready to sign, with the id under which its public half is published. */
export async function signingKey(jwk: PrivateJwk) {
  const algorithm = algorithmOf(jwk);
  const key = await importJWK(jwk, algorithm);
  if (key instanceof Uint8Array) throw new TypeError("A private key is no secret");
  return { key, kid: await thumbprintOf(jwk), algorithm };
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

/** The key set that others verify this server's signatures with (RFC 7517). */
export async function publicKeySet(keys: readonly PrivateJwk[]) {
  return {
    keys: await Promise.all(
      keys.map(async (key) => ({
        ...publicPartOf(key),
        kid: await thumbprintOf(key),
        // An Ed25519 key has two names for its one algorithm, and has to verify under either.
        ...(key.kty !== "OKP" && { alg: algorithmOf(key) }),
        use: "sig",
      })),
    ),
  };
}
