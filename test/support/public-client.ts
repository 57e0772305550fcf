import * as oauth from "oauth4webapi";
import * as z from "zod";
import { type SignInOptions, signIn } from "../../dev/browser/headless-browser.ts";

/** Nothing listens there: the way is followed up to this address, and not to it. */
export const REDIRECT_URI = "http://localhost:3334/oauth/callback";

/** Servers of tests are on this machine, without TLS. */
export const http = { [oauth.allowInsecureRequests]: true };

export type PublicClient = {
  server: oauth.AuthorizationServer;
  clientId: string;
  tokens: oauth.TokenEndpointResponse;
  /** Gets new tokens for a refresh token, by default the latest one, and fails where it is refused. */
  refresh(refreshToken?: string): Promise<oauth.TokenEndpointResponse>;
  /** RFC 7009. */
  revoke(token: string): Promise<Response>;
};

export async function discover(issuer: string): Promise<oauth.AuthorizationServer> {
  const url = new URL(issuer);
  const response = await oauth.discoveryRequest(url, { ...http, algorithm: "oauth2" });
  return oauth.processDiscoveryResponse(url, response);
}

/** Registers a client (RFC 7591) that cannot keep a secret, as MCP clients do. */
export async function register(server: oauth.AuthorizationServer): Promise<string> {
  const metadata = {
    redirect_uris: [REDIRECT_URI],
    grant_types: ["authorization_code", "refresh_token"],
    token_endpoint_auth_method: "none",
  };
  const response = await oauth.dynamicClientRegistrationRequest(server, metadata, http);
  return (await oauth.processDynamicClientRegistrationResponse(response)).client_id;
}

/** An authorization request that is right but for the changes; null leaves a parameter out. */
export async function authorizationUrl(
  server: oauth.AuthorizationServer,
  clientId: string,
  verifier: string,
  change: Record<string, string | null> = {},
): Promise<URL> {
  const url = new URL(z.string().parse(server.authorization_endpoint));
  const parameters = {
    response_type: "code",
    client_id: clientId,
    redirect_uri: REDIRECT_URI,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    ...change,
  };
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null) url.searchParams.set(name, value);
  }
  return url;
}

/** Registers a client at an authorization server, and signs a person in with it. */
export async function connectPublicClient(
  issuer: string,
  options: SignInOptions & {
    resource: string;
    /** What the client asks for. */
    scope: string;
  },
): Promise<PublicClient> {
  const { resource, scope, ...decisions } = options;
  const server = await discover(issuer);
  const client = { client_id: await register(server) };
  const verifier = oauth.generateRandomCodeVerifier();
  const url = await authorizationUrl(server, client.client_id, verifier, { resource, scope });
  const answer = oauth.validateAuthResponse(server, client, await signIn(url, decisions));
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    oauth.None(),
    answer,
    REDIRECT_URI,
    verifier,
    { ...http, additionalParameters: { resource } },
  );
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, response);
  let latest = tokens.refresh_token;
  return {
    server,
    clientId: client.client_id,
    tokens,
    async refresh(refreshToken = latest ?? "") {
      const refreshed = await oauth.processRefreshTokenResponse(
        server,
        client,
        await oauth.refreshTokenGrantRequest(server, client, oauth.None(), refreshToken, http),
      );
      latest = refreshed.refresh_token;
      return refreshed;
    },
    revoke: (token) => oauth.revocationRequest(server, client, oauth.None(), token, http),
  };
}
