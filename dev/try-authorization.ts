import { extractWWWAuthenticateParams } from "@modelcontextprotocol/sdk/client/auth.js";
import * as oauth from "oauth4webapi";
import { isLoopback } from "../src/config.ts";

/** Tells what a step found. */
export type Report = (step: string, ...findings: string[]) => void;

/** How the person gets from the authorization URL to the redirect URI. */
export interface SignInWay {
  redirectUri: string;
  /** @returns the redirect URI as the browser was sent to it, with `code` or `error` */
  follow(authorizationUrl: string): Promise<URL>;
}

type Http = { [oauth.allowInsecureRequests]: boolean; signal: () => AbortSignal };

const ANSWER_WITHIN_MS = 30_000;

/**
 * Gets an access token for an MCP endpoint the way MCP's authorization specification asks of a client
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
  // Plain http would show tokens to everyone on the way, except where there is no way.
  const http: Http = {
    [oauth.allowInsecureRequests]: isLoopback(resource.hostname),
    signal: () => AbortSignal.timeout(ANSWER_WITHIN_MS),
  };
  const challenge = await challengeOf(resource, http, report);
  const metadata = await resourceMetadata(resource, challenge.resourceMetadataUrl, http, report);
  const server = await authorizationServer(metadata, http, report);
  const client = await register(server, way.redirectUri, http, report);
  const requested = scope ?? challenge.scope ?? metadata.scopes_supported?.join(" ");

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
    `asks for: ${requested ?? "(no scopes)"}`,
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

async function challengeOf(resource: URL, http: Http, report: Report) {
  const response = await fetch(resource, {
    method: "POST",
    headers: {
      accept: "application/json, text/event-stream",
      "content-type": "application/json",
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" }),
    redirect: "manual",
    signal: http.signal(),
  });
  await response.body?.cancel();
  if (response.status !== 401) {
    throw new Error(
      `${resource.href} answered ${response.status} to a request without a token, instead of 401: ` +
        "check that --url is the address of an MCP endpoint.",
    );
  }
  const challenge = extractWWWAuthenticateParams(response);
  const address = challenge.resourceMetadataUrl?.href ?? "(not said: the well-known address)";
  report("A request without a token", "401", `resource metadata: ${address}`);
  return challenge;
}

async function resourceMetadata(resource: URL, at: URL | undefined, http: Http, report: Report) {
  const response = await (at === undefined
    ? oauth.resourceDiscoveryRequest(resource, http)
    : fetch(at, { redirect: "manual", signal: http.signal() }));
  const metadata = await oauth.processResourceDiscoveryResponse(resource, response);
  report(
    "Protected resource metadata",
    `resource: ${metadata.resource}`,
    `authorization servers: ${metadata.authorization_servers?.join(", ") ?? "(none)"}`,
    `scopes to start with: ${metadata.scopes_supported?.join(" ") ?? "(not said)"}`,
  );
  return metadata;
}

async function authorizationServer(metadata: oauth.ResourceServer, http: Http, report: Report) {
  const issuer = new URL(known(metadata.authorization_servers?.[0], "authorization_servers"));
  const response = await oauth.discoveryRequest(issuer, { ...http, algorithm: "oauth2" });
  const server = await oauth.processDiscoveryResponse(issuer, response);
  const registration = [
    ...(server.registration_endpoint === undefined ? [] : ["dynamic registration"]),
    ...(server.client_id_metadata_document_supported === true ? ["metadata documents"] : []),
  ];
  report(
    "Authorization server metadata",
    `issuer: ${server.issuer}`,
    `PKCE: ${server.code_challenge_methods_supported?.join(", ") ?? "(not said)"}`,
    `new clients: ${registration.join(", ") || "(none are taken)"}`,
  );
  return server;
}

async function register(
  server: oauth.AuthorizationServer,
  redirectUri: string,
  http: Http,
  report: Report,
): Promise<oauth.Client> {
  if (server.registration_endpoint === undefined) {
    throw new Error(
      "This server takes no dynamic registrations, which this client needs: " +
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

function known(value: string | undefined, field: string): string {
  if (value === undefined)
    throw new Error(`The server's metadata lacks ${field}: it must name it.`);
  return value;
}
