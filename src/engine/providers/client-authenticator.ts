import * as oauth from "oauth4webapi";
import type { KeyCredential } from "../config/client-credential";
import { clientAuthentication } from "../issuers/client-authentication";
import { clientSecretBasic, needsDecoding } from "../issuers/client-secret-basic";
import { IdentityProviderError } from "./identity-provider";
import { loggedCode, loggedUrl, misconfigured } from "./provider-failure";

export const SECRET_METHODS = [
  "client_secret_post",
  "client_secret_basic",
  "client_secret_jwt",
] as const;
export type SecretMethod = (typeof SECRET_METHODS)[number];

/** How this server proves itself at the identity provider. */
export type SignInCredential =
  | { kind: "public" }
  | KeyCredential
  | {
      kind: "secret";
      clientId: string;
      clientSecret: string;
      /** How it is sent; undefined leaves it to what the provider announces, and takes. */
      method: SecretMethod | undefined;
    };

/** Sends a request with each way to prove who asks, until the provider takes one. */
export type ClientAuthenticator = <Answer>(
  server: oauth.AuthorizationServer,
  send: (authentication: oauth.ClientAuth) => Promise<Answer>,
) => Promise<Answer>;

type Way = { readonly method: string; readonly authentication: oauth.ClientAuth };

/**
 * Authenticates this server's requests to a provider. A client is registered for one method there, and the
 * metadata says only which ones the provider knows: the next is tried when it refuses the client, and the one
 * that it took comes first from then on. What it refused it has not looked at, so a code is not spent.
 */
export function clientAuthenticator(credential: SignInCredential): ClientAuthenticator {
  const key = credential.kind === "key" ? clientAuthentication(credential) : undefined;
  let taken: string | undefined;

  return async (server, send) => {
    if (key !== undefined) return send(await key(server));
    const ways = credential.kind === "secret" ? secretWays(credential, server) : [publicClient];
    ways.sort((a, b) => Number(b.method === taken) - Number(a.method === taken));
    let refusal: IdentityProviderError | undefined;
    for (const { method, authentication } of ways) {
      try {
        const answer = await send(authentication);
        taken = method;
        return answer;
      } catch (error) {
        if (!isClientRefused(error)) throw error;
        refusal ??= error;
      }
    }
    throw refused(credential, ways, refusal);
  };
}

const publicClient: Way = { method: "none", authentication: oauth.None() };

function secretWays(
  { clientSecret, method }: Extract<SignInCredential, { kind: "secret" }>,
  server: oauth.AuthorizationServer,
): Way[] {
  const authentications = {
    client_secret_post: oauth.ClientSecretPost(clientSecret),
    client_secret_basic: clientSecretBasic(clientSecret),
    client_secret_jwt: oauth.ClientSecretJwt(clientSecret),
  };
  const way = (name: SecretMethod): Way => ({
    method: name,
    authentication: authentications[name],
  });
  if (method !== undefined) return [way(method)];
  const announced = server.token_endpoint_auth_methods_supported;
  // client_secret_basic is what OpenID Connect Discovery, section 3, takes to be supported.
  if (announced === undefined) return [way("client_secret_basic"), way("client_secret_post")];
  const known = SECRET_METHODS.filter((name) => announced.includes(name));
  if (known.length > 0) return known.map(way);
  throw misconfigured("The identity provider takes no client secret", {
    endpoint: loggedUrl(server.token_endpoint),
    expected: SECRET_METHODS.join(", "),
    received: announced.map(loggedCode).join(", ").slice(0, 200),
    advice: "give this server a private key there (private_key_jwt), or allow it a client secret",
  });
}

function isClientRefused(error: unknown): error is IdentityProviderError {
  if (!(error instanceof IdentityProviderError)) return false;
  const { status, code } = error.facts;
  return status === 401 || code === "invalid_client" || code === "unauthorized_client";
}

function refused(
  credential: SignInCredential,
  ways: readonly Way[],
  refusal: IdentityProviderError | undefined,
) {
  const tried = ways.map(({ method }) => method).join(", ");
  const isEncoded =
    credential.kind === "secret" &&
    tried === "client_secret_basic" &&
    needsDecoding(credential.clientId, credential.clientSecret);
  const decoding =
    "; its characters are encoded for Basic, which not every server decodes: try client_secret_post";
  return misconfigured("The identity provider does not accept this server as its client", {
    ...refusal?.facts,
    advice: `check the client id and secret, and how the client is registered to send it (tried: ${tried})${isEncoded ? decoding : ""}`,
  });
}
