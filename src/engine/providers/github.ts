import * as oauth from "oauth4webapi";
import * as z from "zod";
import { type GitHubConfig, isLoopback } from "../config";
import type { Identity } from "../identity/principal";
import { authorizationRequestUrl, HTTP_TIMEOUT_MS, rethrowAsSignInError } from "./code-flow";
import type { IdentityProvider, SignIn } from "./identity-provider";

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
export function gitHub(config: GitHubConfig): IdentityProvider {
  const server: oauth.AuthorizationServer = {
    issuer: config.webUrl,
    token_endpoint: `${config.webUrl}/login/oauth/access_token`,
  };
  const client: oauth.Client = { client_id: config.clientId };
  const clientAuth = oauth.ClientSecretPost(config.clientSecret);
  const http = () => ({
    signal: AbortSignal.timeout(HTTP_TIMEOUT_MS),
    [oauth.allowInsecureRequests]: isLoopback(new URL(config.webUrl).hostname),
  });

  function authorizationUrl(signIn: SignIn): Promise<URL> {
    const endpoint = `${config.webUrl}/login/oauth/authorize`;
    const scope = "read:user user:email";
    return authorizationRequestUrl({ endpoint, clientId: config.clientId, scope }, signIn);
  }

  async function identify(callback: URL, signIn: SignIn): Promise<Identity> {
    const parameters = oauth.validateAuthResponse(server, client, callback, signIn.state);
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      clientAuth,
      parameters,
      signIn.redirectUri,
      signIn.codeVerifier,
      { ...http(), headers: { accept: "application/json" } },
    );
    const tokens = await oauth.processAuthorizationCodeResponse(server, client, response);
    const [user, emails] = await Promise.all([
      api("/user", tokens.access_token).then((body) => userSchema.parse(body)),
      api("/user/emails", tokens.access_token).then((body) => emailsSchema.parse(body)),
    ]);
    const email = emails.find((candidate) => candidate.primary && candidate.verified)?.email;
    return {
      issuer: config.webUrl,
      subject: String(user.id),
      name: user.name ?? user.login,
      ...(email !== undefined && { email }),
    };
  }

  async function api(path: string, accessToken: string): Promise<unknown> {
    const response = await fetch(`${config.apiUrl}${path}`, {
      signal: AbortSignal.timeout(HTTP_TIMEOUT_MS),
      headers: {
        authorization: `Bearer ${accessToken}`,
        accept: "application/vnd.github+json",
        "x-github-api-version": "2022-11-28",
        // GitHub refuses requests without one.
        "user-agent": "gatehouse",
      },
    });
    if (!response.ok) throw new Error(`GitHub answered ${response.status} to ${path}`);
    return response.json();
  }

  return {
    displayName: config.displayName,
    authorizationUrl,
    identify: async (callback, signIn) => ({
      identity: await identify(callback, signIn).catch(rethrowAsSignInError),
    }),
  };
}
