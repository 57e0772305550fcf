import type { Handler } from "../auth-modes/auth-mode";
import type { PrivateJwk } from "../config";
import { signingKeyOf } from "../config/api-credential";
import type { Config } from "../configuration";
import { publicKeySet } from "../issuers/client-authentication";

/** Where the public halves of this server's own keys are (RFC 7517). */
export const KEY_SET_PATH = "/.well-known/jwks.json";

/** How long others may cache the keys: a new key is published long before it signs. */
const KEY_SET_MAX_AGE_SECONDS = 300;

/**
 * The keys that this server signs with, and those that follow them: as a client of the identity provider, of the
 * external authorization server and of those of its APIs, and when it states to an API who a person is.
 */
export function publishedKeys({ authorization, apis, identityKeys }: Config): PrivateJwk[] {
  const client =
    authorization.mode === "provider" ? authorization.identityProvider.key : authorization.client;
  const pairs = [client?.kind === "key" ? client : undefined, identityKeys];
  return [
    ...pairs.flatMap((pair) => (pair === undefined ? [] : [pair.signingKey, pair.nextKey])),
    ...[...apis.values()].map(({ credential }) => signingKeyOf(credential)),
  ].filter((key) => key !== undefined);
}

export function keySetHandler(keys: readonly PrivateJwk[]): Handler {
  return async ({ method }) => {
    if (method !== "GET" && method !== "HEAD") {
      const headers = { allow: "GET, HEAD" };
      return Response.json({ error: "method_not_allowed" }, { status: 405, headers });
    }
    const body = method === "GET" ? JSON.stringify(await publicKeySet(keys)) : null;
    return new Response(body, {
      headers: {
        "content-type": "application/jwk-set+json",
        "cache-control": `public, max-age=${KEY_SET_MAX_AGE_SECONDS}`,
      },
    });
  };
}
