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

const SCOPES = ["read:user", "user:email"];

const variables = z.object({
  GITHUB_CLIENT_ID: required("the client id of your GitHub OAuth app"),
  GITHUB_CLIENT_SECRET: required("the client secret of your GitHub OAuth app"),
  /** `https://github.com`, or the address of a GitHub Enterprise Server. */
  GITHUB_URL: origin.default("https://github.com"),
  GITHUB_API_URL: secureUrl.default("https://api.github.com"),
});

const userSchema = z.object({
  // Never `login`: a person can rename it, and then another person can take it.
  id: z.int().positive(),
  login: z.string(),
  name: z.string().nullish(),
});

const emailsSchema = z.array(
  z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() }),
);

/**
 * GitHub, which is OAuth 2.0 and not OpenID Connect: there is no ID token, so the person is whom
 * the API names for the access token that came straight from GitHub.
 */
export const gitHub = defineIdentityProvider({
  name: "github",
  variables,
  secrets: [{ name: "GITHUB_CLIENT_SECRET", ask: "must" }],
  create: gitHubProvider,
});

function gitHubProvider(
  values: z.output<typeof variables>,
  { tokens: use }: ProviderOptions,
): IdentityProvider {
  const {
    GITHUB_CLIENT_ID: clientId,
    GITHUB_CLIENT_SECRET: clientSecret,
    GITHUB_URL: webUrl,
    GITHUB_API_URL: apiUrl,
  } = values;
  const server: oauth.AuthorizationServer = {
    issuer: webUrl,
    authorization_endpoint: `${webUrl}/login/oauth/authorize`,
    token_endpoint: `${webUrl}/login/oauth/access_token`,
  };
  const authenticated = clientAuthenticator({
    kind: "secret",
    clientId,
    clientSecret,
    method: "client_secret_post",
  });

  /** A GitHub App has permissions in place of scopes, and GitHub ignores these. */
  function scopesFor({ scopes }: SignIn): string[] {
    return [
      ...new Set([...SCOPES, ...(scopes === undefined ? [] : (use?.scopesFor(scopes) ?? []))]),
    ];
  }

  function authorizationUrl(signIn: SignIn): Promise<URL> {
    const endpoint = `${webUrl}/login/oauth/authorize`;
    return authorizationRequestUrl(
      {
        ...{ endpoint, clientId, scope: scopesFor(signIn).join(" ") },
        choosesAccountBy: "select_account",
      },
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
  const taken = (tokens: UpstreamTokens): UpstreamTokens => ({
    ...tokens,
    takenBy: apiUrl.replace(/\/+$/, ""),
  });

  /** A GitHub App's tokens end after hours, if it is set so; those of an OAuth app do not. */
  async function refresh(upstream: UpstreamTokens): Promise<UpstreamTokens> {
    const tokens = await refreshedTokens({ server, clientId, authenticated }, upstream);
    return taken(upstreamTokens(tokens, upstream.scopes));
  }

  async function identityOf(accessToken: string): Promise<Identity> {
    const [user, emails] = await Promise.all([
      api("/user", accessToken).then((body) => userSchema.parse(body)),
      api("/user/emails", accessToken).then((body) => emailsSchema.parse(body)),
    ]);
    const email = emails.find((candidate) => candidate.primary && candidate.verified)?.email;
    return {
      issuer: webUrl,
      subject: String(user.id),
      name: user.name || user.login,
      ...(email !== undefined && { email }),
    };
  }

  async function api(path: string, accessToken: string): Promise<unknown> {
    const address = `${apiUrl}${path}`;
    const response = await fetch(address, {
      signal: AbortSignal.timeout(HTTP_TIMEOUT_MS),
      headers: {
        authorization: `Bearer ${accessToken}`,
        accept: "application/vnd.github+json",
        "x-github-api-version": "2022-11-28",
        // GitHub refuses requests without one.
        "user-agent": "gatehouse",
      },
      // A redirect would take the token to another address.
      redirect: "manual",
    });
    return jsonAnswer(response, address);
  }

  return {
    displayName: "GitHub",
    authorizationUrl,
    identify: (callback, signIn) =>
      identify(callback, signIn).catch((error: unknown) => {
        throw signInFailure(error, apiUrl);
      }),
    ...(use !== undefined && { refresh }),
  };
}
