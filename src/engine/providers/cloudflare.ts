import * as oauth from "oauth4webapi";
import * as z from "zod";
import { type CloudflareConfig, isLoopback } from "../config";
import type { Identity } from "../identity/principal";
import type { UpstreamTokens } from "../identity/upstream-tokens";
import { authorizationRequestUrl, HTTP_TIMEOUT_MS, rethrowAsSignInError } from "./code-flow";
import {
  type IdentityProvider,
  IdentityProviderError,
  type SignIn,
  UpstreamGrantEnded,
} from "./identity-provider";

/** What the tools of src/tools/observability/ and sign-in itself need. */
const SCOPE = "user:read offline_access account:read workers:read workers_observability:read";

const userSchema = z.object({
  success: z.literal(true),
  result: z.object({
    id: z.string().min(1),
    // There is an e-mail address as well, of which Cloudflare does not say that it was verified.
    first_name: z.string().nullish(),
    last_name: z.string().nullish(),
  }),
});

/**
 * Cloudflare, which is OAuth 2.0 and not OpenID Connect: the person is whom the API names for the
 * access token that came straight from Cloudflare. That token, and what renews it, is kept for tools.
 */
export function cloudflare(config: CloudflareConfig): IdentityProvider {
  const server: oauth.AuthorizationServer = {
    issuer: config.oauthUrl,
    token_endpoint: `${config.oauthUrl}/oauth2/token`,
  };
  const client: oauth.Client = { client_id: config.clientId };
  const clientAuth = oauth.ClientSecretBasic(config.clientSecret);
  const http = () => ({
    signal: AbortSignal.timeout(HTTP_TIMEOUT_MS),
    [oauth.allowInsecureRequests]: isLoopback(new URL(config.oauthUrl).hostname),
  });

  function authorizationUrl(signIn: SignIn): Promise<URL> {
    const endpoint = `${config.oauthUrl}/oauth2/auth`;
    return authorizationRequestUrl({ endpoint, clientId: config.clientId, scope: SCOPE }, signIn);
  }

  async function identify(callback: URL, signIn: SignIn) {
    const parameters = oauth.validateAuthResponse(server, client, callback, signIn.state);
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      clientAuth,
      parameters,
      signIn.redirectUri,
      signIn.codeVerifier,
      http(),
    );
    const tokens = await oauth.processAuthorizationCodeResponse(server, client, response);
    const upstream = upstreamTokens(tokens, { scopes: SCOPE.split(" ") });
    return { identity: await identityOf(upstream), upstream };
  }

  async function identityOf({ accessToken }: UpstreamTokens): Promise<Identity> {
    const response = await fetch(`${config.apiUrl}/user`, {
      signal: AbortSignal.timeout(HTTP_TIMEOUT_MS),
      headers: { authorization: `Bearer ${accessToken}`, accept: "application/json" },
      // A redirect would take the token to another address.
      redirect: "manual",
    });
    if (!response.ok) throw new Error(`Cloudflare answered ${response.status} to /user`);
    const { result: user } = userSchema.parse(await response.json());
    const name = [user.first_name, user.last_name].filter((part) => part).join(" ");
    return { issuer: config.oauthUrl, subject: user.id, ...(name !== "" && { name }) };
  }

  async function refresh(upstream: UpstreamTokens): Promise<UpstreamTokens> {
    if (upstream.refreshToken === undefined) {
      throw new UpstreamGrantEnded("Cloudflare gave no refresh token");
    }
    const response = await oauth.refreshTokenGrantRequest(
      server,
      client,
      clientAuth,
      upstream.refreshToken,
      http(),
    );
    const tokens = await oauth.processRefreshTokenResponse(server, client, response);
    return upstreamTokens(tokens, upstream);
  }

  return {
    displayName: config.displayName,
    authorizationUrl,
    identify: (callback, signIn) => identify(callback, signIn).catch(rethrowAsSignInError),
    refresh: (upstream) => refresh(upstream).catch(rethrowAsRefreshError),
  };
}

/** @param before what stays as it was where the answer does not say (RFC 6749, sections 5.1 and 6). */
function upstreamTokens(
  tokens: oauth.TokenEndpointResponse,
  before: Pick<UpstreamTokens, "scopes" | "refreshToken">,
): UpstreamTokens {
  const refreshToken = tokens.refresh_token ?? before.refreshToken;
  return {
    accessToken: tokens.access_token,
    ...(refreshToken !== undefined && { refreshToken }),
    ...(tokens.expires_in !== undefined && {
      expiresAtSeconds: Math.floor(Date.now() / 1_000) + tokens.expires_in,
    }),
    scopes: tokens.scope?.split(" ") ?? before.scopes,
  };
}

function rethrowAsRefreshError(error: unknown): never {
  if (error instanceof UpstreamGrantEnded) throw error;
  if (error instanceof oauth.ResponseBodyError && error.error === "invalid_grant") {
    throw new UpstreamGrantEnded("Cloudflare answered invalid_grant", { cause: error });
  }
  throw new IdentityProviderError("Cloudflare could not renew its token", { cause: error });
}
