import * as oauth from "oauth4webapi";
import { discover, type Http, httpFor, known } from "./try-discovery.ts";
import type { Report } from "./try-report.ts";

/** How the person gets from the authorization URL to the redirect URI. */
export interface SignInWay {
  redirectUri: string;
  /** @returns the redirect URI as the browser was sent to it, with `code` or `error` */
  follow(authorizationUrl: string): Promise<URL>;
}

/**
 * Gets an access token for an MCP endpoint as MCP's authorization specification requires of a client
 * that knows nothing but the endpoint's address.
 *
 * @param scope what to ask for; default: what the server says is needed
 */
export async function authorize(
  resource: URL,
  scope: string | undefined,
  way: SignInWay,
  report: Report,
): Promise<string> {
  const http = httpFor(resource);
  const { metadata, server, suggestedScope } = await discover(resource, http, report);
  const client = await register(server, way.redirectUri, http, report);
  const requested = scope ?? suggestedScope;

  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const url = new URL(known(server.authorization_endpoint, "authorization_endpoint"));
  const parameters = {
    response_type: "code",
    client_id: client.client_id,
    redirect_uri: way.redirectUri,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
    resource: metadata.resource,
    ...(requested !== undefined && { scope: requested }),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  report(
    "Authorization",
    `asks for: ${requested || "(no scopes)"}`,
    "with PKCE S256, state, resource",
  );
  const answer = oauth.validateAuthResponse(server, client, await way.follow(url.href), state);
  const checks = answer.has("iss") ? "state and iss are right" : "state is right (no iss was sent)";
  report("Back at the client", "with a code", checks);

  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    oauth.None(),
    answer,
    way.redirectUri,
    verifier,
    { ...http, additionalParameters: { resource: metadata.resource } },
  );
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, response);
  report(
    "Token",
    `granted: ${(tokens.scope ?? requested) || "(no scopes)"}`,
    `lifetime: ${tokens.expires_in ?? "an unknown number of"} seconds`,
    `refresh token: ${tokens.refresh_token === undefined ? "no" : "yes"}`,
  );
  return tokens.access_token;
}

async function register(
  server: oauth.AuthorizationServer,
  redirectUri: string,
  http: Http,
  report: Report,
): Promise<oauth.Client> {
  if (server.registration_endpoint === undefined) {
    throw new Error(
      "This server accepts no dynamic registrations, which this client needs: " +
        "set DYNAMIC_CLIENT_REGISTRATION to on.",
    );
  }
  const request = {
    client_name: "npm run try",
    application_type: "native",
    redirect_uris: [redirectUri],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    token_endpoint_auth_method: "none",
  };
  const response = await oauth.dynamicClientRegistrationRequest(server, request, http);
  const client = await oauth.processDynamicClientRegistrationResponse(response);
  report("Registration", `client id: ${client.client_id}`, `redirect URI: ${redirectUri}`);
  return client;
}
