import * as oauth from "oauth4webapi";
import type { UpstreamTokens } from "../identity/upstream-tokens";
import type { ClientAuthenticator } from "./client-authenticator";
import { httpOptions } from "./code-flow";
import { IdentityProviderError, UpstreamGrantEnded } from "./identity-provider";
import { signInFailure } from "./provider-failure";
import { type ProviderTokens, tokensIn } from "./token-response";

/**
 * What providers answer to a refresh that only the person can do something about, by signing in once more:
 * RFC 6749, section 5.2; OpenID Connect Core, section 3.1.2.6 (Entra, at a refresh, too); and GitHub's own.
 */
const ENDED = [
  "invalid_grant",
  "interaction_required",
  "consent_required",
  "login_required",
  "bad_refresh_token",
];

/** The tokens to keep of a token response. @param asked the scopes, where the answer does not say. */
export function upstreamTokens(
  { access_token, refresh_token, expires_in, scope }: ProviderTokens,
  asked: readonly string[],
): UpstreamTokens {
  return {
    accessToken: access_token,
    ...(refresh_token !== undefined && { refreshToken: refresh_token }),
    ...(expires_in !== undefined && {
      expiresAtSeconds: Math.floor(Date.now() / 1_000) + expires_in,
    }),
    // GitHub separates them by commas.
    scopes: scope?.split(/[ ,]+/) ?? [...asked],
  };
}

export type RefreshRequest = {
  readonly server: oauth.AuthorizationServer;
  readonly clientId: string;
  readonly authenticated: ClientAuthenticator;
  /** Parameters besides, such as RFC 8707's `resource`. */
  readonly more?: Readonly<Record<string, string>>;
};

/**
 * Uses a refresh token (RFC 6749, section 6).
 *
 * @returns the answer, with the refresh token of before where there is no other.
 * @throws UpstreamGrantEnded when only the person can go on; IdentityProviderError when it may work later.
 */
export async function refreshedTokens(
  { server, clientId, authenticated, more = {} }: RefreshRequest,
  { refreshToken }: UpstreamTokens,
): Promise<ProviderTokens> {
  const endpoint = server.token_endpoint ?? "";
  if (refreshToken === undefined) {
    throw new UpstreamGrantEnded("The identity provider gave no refresh token");
  }
  try {
    const tokens = await authenticated(server, async (authentication) =>
      tokensIn(
        await oauth.refreshTokenGrantRequest(
          server,
          { client_id: clientId },
          authentication,
          refreshToken,
          {
            ...httpOptions(server.issuer),
            headers: { accept: "application/json" },
            additionalParameters: more,
          },
        ),
        endpoint,
      ),
    );
    return { ...tokens, refresh_token: tokens.refresh_token ?? refreshToken };
  } catch (error) {
    const code = error instanceof IdentityProviderError ? error.facts.code : undefined;
    if (code !== undefined && ENDED.includes(code)) {
      throw new UpstreamGrantEnded(`The identity provider answered ${code}`, { cause: error });
    }
    throw signInFailure(error, endpoint);
  }
}
