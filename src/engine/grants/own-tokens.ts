import type { OAuthAuthorizationServer } from "@cloudflare/workers-oauth-provider";
import type { OwnAuthorization } from "../config";
import { isAllowedPerson } from "../identity/allowed-people";
import { type Principal, type TokenProps, tokenPropsSchema } from "../identity/principal";
import { tokenCheckUnavailable } from "../identity/token-check-unavailable";
import type { UpstreamCredential } from "../identity/upstream-credential";
import { type TokenVerifier, VERIFIED_TOKEN_SECONDS } from "../identity/verified-tokens";
import { errorText } from "../lib/error-text";

/**
 * Twice the length of ours. Two parts of a token are in the key by which KV finds it, and KV fails for keys above
 * 512 bytes: a made-up token would look like an outage.
 */
const TOKEN_FORM = /^[\x21-\x7e]{1,400}$/;

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
    if (!TOKEN_FORM.test(token)) return null;
    const valid = await authorizationServer
      .validateToken<unknown>(resource, token, { ...env, OAUTH_KV: recent(env.OAUTH_KV) })
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
    const credential = upstream && credentialOf(upstream);
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

function credentialOf({
  accessToken,
  expiresAtSeconds,
}: NonNullable<TokenProps["upstream"]>): UpstreamCredential {
  return {
    kind: "upstream-token",
    accessToken,
    ...(expiresAtSeconds !== undefined && { expiresAtSeconds }),
  };
}

/**
 * KV that shows nothing which was read longer ago than {@link VERIFIED_TOKEN_SECONDS}, the shortest that it
 * knows: by itself it keeps a record for a minute wherever that was read, also one deleted elsewhere.
 */
function recent(kv: KVNamespace): KVNamespace {
  return new Proxy(kv, {
    get(target, property) {
      const member: unknown = Reflect.get(target, property);
      if (typeof member !== "function") return member;
      if (property !== "get") return member.bind(target);
      return (key: string, options: object) =>
        Reflect.apply(member, target, [key, { ...options, cacheTtl: VERIFIED_TOKEN_SECONDS }]);
    },
  });
}

function rethrowAsUnavailable(error: unknown): never {
  console.error({ event: "token_check_failed", error: errorText(error) });
  throw tokenCheckUnavailable();
}
