import * as oauth from "oauth4webapi";
import * as z from "zod";
import { origin, required, secureUrl } from "../config/variables";
import type { Identity } from "../identity/principal";
import type { UpstreamTokens } from "../identity/upstream-tokens";
import { clientAuthenticator } from "./client-authenticator";
import { authorizationRequestUrl, httpOptions, tokensForCode } from "./code-flow";
import { defineIdentityProvider } from "./define-provider";
import {
  type IdentityProvider,
  IdentityProviderError,
  type SignIn,
  UpstreamGrantEnded,
} from "./identity-provider";
import { HTTP_TIMEOUT_MS, jsonAnswer } from "./provider-answer";
import { signInFailure } from "./provider-failure";
import { type ProviderTokens, tokensIn } from "./token-response";

/** What the tools of src/tools/observability/ and sign-in itself need. */
const SCOPE = "user:read offline_access account:read workers:read workers_observability:read";

const variables = z.object({
  CLOUDFLARE_CLIENT_ID: required("the client id of your Cloudflare OAuth client"),
  CLOUDFLARE_CLIENT_SECRET: required("the client secret of your Cloudflare OAuth client"),
  /** `https://dash.cloudflare.com`, or a stand-in's origin. */
  CLOUDFLARE_OAUTH_URL: origin.default("https://dash.cloudflare.com"),
  CLOUDFLARE_API_URL: secureUrl
    .default("https://api.cloudflare.com/client/v4")
    .transform((url) => url.replace(/\/+$/, "")),
});

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
export const cloudflare = defineIdentityProvider({
  name: "cloudflare",
  variables,
  secrets: [{ name: "CLOUDFLARE_CLIENT_SECRET", ask: "must" }],
  create: cloudflareProvider,
});

function cloudflareProvider(values: z.output<typeof variables>): IdentityProvider {
  const {
    CLOUDFLARE_CLIENT_ID: clientId,
    CLOUDFLARE_CLIENT_SECRET: clientSecret,
    CLOUDFLARE_OAUTH_URL: oauthUrl,
    CLOUDFLARE_API_URL: apiUrl,
  } = values;
  const tokenEndpoint = `${oauthUrl}/oauth2/token`;
  const server: oauth.AuthorizationServer = {
    issuer: oauthUrl,
    authorization_endpoint: `${oauthUrl}/oauth2/auth`,
    token_endpoint: tokenEndpoint,
  };
  const authenticated = clientAuthenticator({
    kind: "secret",
    clientId,
    clientSecret,
    method: "client_secret_basic",
  });

  function authorizationUrl(signIn: SignIn): Promise<URL> {
    const endpoint = `${oauthUrl}/oauth2/auth`;
    return authorizationRequestUrl({ endpoint, clientId, scope: SCOPE }, signIn);
  }

  async function identify(callback: URL, signIn: SignIn) {
    const tokens = await tokensForCode(server, clientId, authenticated, callback, signIn);
    const upstream = upstreamTokens(tokens, { scopes: SCOPE.split(" ") });
    return { identity: await identityOf(upstream), upstream };
  }

  async function identityOf({ accessToken }: UpstreamTokens): Promise<Identity> {
    const address = `${apiUrl}/user`;
    const response = await fetch(address, {
      signal: AbortSignal.timeout(HTTP_TIMEOUT_MS),
      headers: { authorization: `Bearer ${accessToken}`, accept: "application/json" },
      // A redirect would take the token to another address.
      redirect: "manual",
    });
    const { result: user } = userSchema.parse(await jsonAnswer(response, address));
    const name = [user.first_name, user.last_name].filter((part) => part).join(" ");
    return { issuer: oauthUrl, subject: user.id, ...(name !== "" && { name }) };
  }

  async function refresh(upstream: UpstreamTokens): Promise<UpstreamTokens> {
    const { refreshToken } = upstream;
    if (refreshToken === undefined) {
      throw new UpstreamGrantEnded("Cloudflare gave no refresh token");
    }
    const tokens = await authenticated(server, async (authentication) => {
      const client: oauth.Client = { client_id: clientId };
      const http = httpOptions(oauthUrl);
      return tokensIn(
        await oauth.refreshTokenGrantRequest(server, client, authentication, refreshToken, http),
        tokenEndpoint,
      );
    });
    return upstreamTokens(tokens, upstream);
  }

  return {
    displayName: "Cloudflare",
    apiUrl,
    authorizationUrl,
    identify: (callback, signIn) =>
      identify(callback, signIn).catch((error: unknown) => {
        throw signInFailure(error, apiUrl);
      }),
    refresh: (upstream) =>
      refresh(upstream).catch((error: unknown) => {
        throw refreshFailure(error, tokenEndpoint);
      }),
  };
}

/** @param before what stays as it was where the answer does not say (RFC 6749, sections 5.1 and 6). */
function upstreamTokens(
  tokens: ProviderTokens,
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

function refreshFailure(error: unknown, endpoint: string): Error {
  if (error instanceof UpstreamGrantEnded) return error;
  if (error instanceof IdentityProviderError && error.facts.code === "invalid_grant") {
    return new UpstreamGrantEnded("Cloudflare answered invalid_grant", { cause: error });
  }
  return signInFailure(error, endpoint);
}
