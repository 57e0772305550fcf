import type * as oauth from "oauth4webapi";
import * as z from "zod";
import { origin, required, secureUrl } from "../config/variables";
import type { Identity } from "../identity/principal";
import type { UpstreamTokens } from "../identity/upstream-tokens";
import { clientAuthenticator } from "./client-authenticator";
import { authorizationRequestUrl, tokensForCode } from "./code-flow";
import { defineIdentityProvider, type ProviderOptions } from "./define-provider";
import type { IdentityProvider, SignIn } from "./identity-provider";
import { HTTP_TIMEOUT_MS, jsonAnswer } from "./provider-answer";
import { signInFailure } from "./provider-failure";
import { refreshedTokens, upstreamTokens } from "./refreshed-tokens";

/** What sign-in itself needs. */
const IDENTITY_SCOPE = "user:read";

/** What the tools of src/tools/observability/ need besides. */
const API_SCOPES = [
  IDENTITY_SCOPE,
  "offline_access",
  "account:read",
  "workers:read",
  "workers_observability:read",
];

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

function cloudflareProvider(
  values: z.output<typeof variables>,
  { tokens: use }: ProviderOptions,
): IdentityProvider {
  const {
    CLOUDFLARE_CLIENT_ID: clientId,
    CLOUDFLARE_CLIENT_SECRET: clientSecret,
    CLOUDFLARE_OAUTH_URL: oauthUrl,
    CLOUDFLARE_API_URL: apiUrl,
  } = values;
  const server: oauth.AuthorizationServer = {
    issuer: oauthUrl,
    authorization_endpoint: `${oauthUrl}/oauth2/auth`,
    token_endpoint: `${oauthUrl}/oauth2/token`,
  };
  const authenticated = clientAuthenticator({
    kind: "secret",
    clientId,
    clientSecret,
    method: "client_secret_basic",
  });

  /** The scopes of the API are for nothing where no tool calls it. */
  function scopesFor({ scopes }: SignIn): string[] {
    if (use === undefined || scopes === undefined) return [IDENTITY_SCOPE];
    return [...new Set([...API_SCOPES, ...use.scopesFor(scopes)])];
  }

  function authorizationUrl(signIn: SignIn): Promise<URL> {
    const endpoint = `${oauthUrl}/oauth2/auth`;
    return authorizationRequestUrl(
      { endpoint, clientId, scope: scopesFor(signIn).join(" ") },
      signIn,
    );
  }

  async function identify(callback: URL, signIn: SignIn) {
    const tokens = await tokensForCode(server, clientId, authenticated, callback, signIn);
    const identity = await identityOf(tokens.access_token);
    if (use === undefined || signIn.scopes === undefined) return { identity };
    return { identity, upstream: taken(upstreamTokens(tokens, scopesFor(signIn))) };
  }

  /** It is the same API that names the person, and so it takes these tokens. */
  const taken = (tokens: UpstreamTokens): UpstreamTokens => ({ ...tokens, takenBy: apiUrl });

  async function identityOf(accessToken: string): Promise<Identity> {
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
    const tokens = await refreshedTokens({ server, clientId, authenticated }, upstream);
    return taken(upstreamTokens(tokens, upstream.scopes));
  }

  return {
    displayName: "Cloudflare",
    apiUrl,
    authorizationUrl,
    identify: (callback, signIn) =>
      identify(callback, signIn).catch((error: unknown) => {
        throw signInFailure(error, apiUrl);
      }),
    ...(use !== undefined && { refresh }),
  };
}
