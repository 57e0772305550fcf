import {
  GrantType,
  type OAuthAuthorizationServerOptions,
  OAuthError,
} from "@cloudflare/workers-oauth-provider";
import { type GrantProps, grantPropsSchema, tokenPropsSchema } from "../identity/principal";
import type { UpstreamTokens } from "../identity/upstream-tokens";
import type { OwnAuthorization } from "../own-authorization";
import { requireAllowedPerson } from "./person-check";
import { RETRY_AFTER_SECONDS } from "./token-request";
import { accessTokenTtlSeconds } from "./upstream-renewal";

/** What workers-oauth-provider asks before it issues tokens. */
export type TokenExchange = NonNullable<
  OAuthAuthorizationServerOptions<Env>["tokenExchangeCallback"]
>;

/**
 * Decides who gets tokens of a grant, what goes into them, and how long they live.
 *
 * @param fresh renews upstream tokens that are near their end; used by refreshes only, since after a code
 *   they are seconds old.
 */
export function tokenExchange(
  config: Pick<OwnAuthorization, "accessTokenTtlSeconds" | "allowedPeople">,
  fresh: (upstream: UpstreamTokens) => Promise<UpstreamTokens>,
): TokenExchange {
  return async ({ grantType, userId, grantId, props }) => {
    const parsed = grantPropsSchema.safeParse(props);
    // Props of an older version that no longer fit: the person signs in again and gets new ones.
    if (!parsed.success) {
      throw new OAuthError("invalid_grant", { description: "The grant is from an older version" });
    }
    const { identity, upstream } = parsed.data;
    requireAllowedPerson(config, { userId, identity });
    if (upstream === undefined) return { accessTokenProps: tokenProps(parsed.data, grantId) };
    const current = grantType === GrantType.REFRESH_TOKEN ? await fresh(upstream) : upstream;
    const newProps: GrantProps = { ...parsed.data, upstream: current };
    return {
      accessTokenProps: tokenProps(newProps, grantId),
      accessTokenTTL: Math.min(config.accessTokenTtlSeconds, accessTokenTtlSeconds(current)),
      ...(current !== upstream && { newProps }),
    };
  };
}

function tokenProps(props: GrantProps, grantId: string) {
  // The schema leaves out what renews the grant: whoever has an access token must not have that.
  return tokenPropsSchema.parse({ ...props, grantId });
}

/**
 * For an authorization server outside of the grants' objects: a token that it issued could cross a
 * refresh in the object.
 */
export const issueNothing: TokenExchange = () => {
  throw new OAuthError("temporarily_unavailable", {
    description: "The grant cannot be reached right now",
    statusCode: 503,
    headers: { "Retry-After": String(RETRY_AFTER_SECONDS) },
  });
};
