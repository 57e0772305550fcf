import type { OAuthAuthorizationServer } from "@cloudflare/workers-oauth-provider";
import { isAllowedPerson } from "../identity/allowed-people";
import { type Principal, tokenPropsSchema } from "../identity/principal";
import { tokenCheckUnavailable } from "../identity/token-check-unavailable";
import type { UpstreamCredential } from "../identity/upstream-credential";
import { type TokenVerifier, VERIFIED_TOKEN_SECONDS } from "../identity/verified-tokens";
import { errorText } from "../lib/error-text";
import type { OwnAuthorization } from "../own-authorization";
import { grantIdOf } from "./grant-id";
import { recentKv } from "./provider/kv";

/**
 * Verifies access tokens that this Worker issued itself.
 *
 * @param withImplied adds to a token's scopes those that they imply: here, once a request, so that
 *   nothing else has to know of scope hierarchies.
 * @returns a validator that resolves to null for a token that is unknown, expired, revoked, issued for
 *   another resource or of a person who is no longer let in (the caller answers 401), and throws OAuthError when KV is down (503 with
 *   Retry-After).
 */
export function ownTokenVerifier(
  authorizationServer: OAuthAuthorizationServer<Env>,
  { allowedPeople }: Pick<OwnAuthorization, "allowedPeople">,
  withImplied: (scopes: readonly string[]) => string[],
): TokenVerifier {
  return (env) => async (resource, token) => {
    // The library would make a KV key of its parts, however long they are.
    if (grantIdOf(token) === undefined) return null;
    const valid = await authorizationServer
      .validateToken<unknown>(resource, token, {
        ...env,
        OAUTH_KV: recentKv(env.OAUTH_KV, VERIFIED_TOKEN_SECONDS),
      })
      .catch(rethrowAsUnavailable);
    if (valid === null) return null;
    const props = tokenPropsSchema.safeParse(valid.props);
    // Props of an older version that no longer fit: the person signs in again and gets new ones.
    if (!props.success) return null;
    const { identity, clientName, grantId, upstream } = props.data;
    const { userId, clientId, scope, audience, expiresAt } = valid;
    // Not 403: the client refreshes, which ends the grant, and sends the person to where they are told.
    if (!isAllowedPerson(allowedPeople, { userId, identity })) return null;
    const principal: Principal = {
      userId,
      identity,
      clientId,
      clientName,
      grantId,
      scopes: withImplied(scope),
      resource: audience,
      expiresAtSeconds: expiresAt,
    };
    const credential: UpstreamCredential | undefined = upstream && {
      kind: "upstream-token",
      ...upstream,
    };
    return {
      props: { principal, ...(credential && { credential }) },
      audience,
      expiresAt,
      scope,
      userId,
      clientId,
    };
  };
}

function rethrowAsUnavailable(error: unknown): never {
  console.error({ event: "token_check_failed", error: errorText(error) });
  throw tokenCheckUnavailable();
}
