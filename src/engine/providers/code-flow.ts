import * as oauth from "oauth4webapi";
import * as z from "zod";
import { isLoopback } from "../config/variables";
import type { ClientAuthenticator } from "./client-authenticator";
import type { SignIn } from "./identity-provider";
import { HTTP_TIMEOUT_MS, jsonAnswer } from "./provider-answer";
import { signInFailure } from "./provider-failure";
import { type ProviderTokens, tokensIn } from "./token-response";

/** What asks a person to sign in (RFC 6749, section 4.1.1). */
export type AuthorizationRequest = {
  endpoint: string;
  clientId: string;
  scope: string;
  /** OpenID Connect's. */
  nonce?: string;
  responseMode?: "form_post";
  /** What lets a person choose another account, where it is not OpenID Connect's `prompt=login`. */
  choosesAccountBy?: "select_account";
  /** What the provider, or what tokens are for, needs besides. */
  more?: Readonly<Record<string, string>>;
};

/** The authorization request of the code flow with PKCE (RFC 6749, section 4.1.1; RFC 7636). */
export async function authorizationRequestUrl(
  request: AuthorizationRequest,
  signIn: SignIn,
): Promise<URL> {
  const url = new URL(request.endpoint);
  for (const [name, value] of await authorizationParameters(request, signIn)) {
    url.searchParams.set(name, value);
  }
  return url;
}

const pushedSchema = z.object({ request_uri: z.string().min(1) });

/** The same, with the request pushed to the provider first (RFC 9126). @throws IdentityProviderError */
export async function pushedAuthorizationUrl(
  request: AuthorizationRequest,
  signIn: SignIn,
  server: oauth.AuthorizationServer,
  authenticated: ClientAuthenticator,
): Promise<URL> {
  const { clientId, endpoint } = request;
  const client: oauth.Client = { client_id: clientId };
  const parameters = await authorizationParameters(request, signIn);
  const pushTo = server.pushed_authorization_request_endpoint ?? "";
  const pushed = await authenticated(server, async (authentication) => {
    const options = httpOptions(server.issuer);
    const response = await oauth.pushedAuthorizationRequest(
      server,
      client,
      authentication,
      parameters,
      options,
    );
    return pushedSchema.parse(await jsonAnswer(response, pushTo, 201));
  });
  const url = new URL(endpoint);
  url.searchParams.set("client_id", clientId);
  url.searchParams.set("request_uri", pushed.request_uri);
  return url;
}

async function authorizationParameters(request: AuthorizationRequest, signIn: SignIn) {
  return new URLSearchParams({
    ...request.more,
    ...(signIn.isAnother && { prompt: request.choosesAccountBy ?? "login" }),
    response_type: "code",
    client_id: request.clientId,
    redirect_uri: signIn.redirectUri,
    scope: request.scope,
    state: signIn.state,
    code_challenge: await oauth.calculatePKCECodeChallenge(signIn.codeVerifier),
    code_challenge_method: "S256",
    ...(request.nonce !== undefined && { nonce: request.nonce }),
    ...(request.responseMode !== undefined && { response_mode: request.responseMode }),
  });
}

/**
 * The tokens for the code that the person came back with (RFC 6749, section 4.1.3).
 *
 * @param more parameters of the request, such as RFC 8707's `resource`.
 * @param callback the address they came back to. Its `state`, `iss` (RFC 9207) and `error` are checked here.
 * @throws SignInRefused and IdentityProviderError.
 */
export async function tokensForCode(
  server: oauth.AuthorizationServer,
  clientId: string,
  authenticated: ClientAuthenticator,
  callback: URL,
  signIn: SignIn,
  more: Readonly<Record<string, string>> = {},
): Promise<ProviderTokens> {
  const client: oauth.Client = { client_id: clientId };
  const parameters = codeIn(server, client, callback, signIn);
  return authenticated(server, async (authentication) => {
    const response = await oauth
      .authorizationCodeGrantRequest(
        server,
        client,
        authentication,
        parameters,
        signIn.redirectUri,
        signIn.codeVerifier,
        // GitHub answers as a form otherwise.
        {
          ...httpOptions(server.issuer),
          headers: { accept: "application/json" },
          additionalParameters: more,
        },
      )
      .catch((error: unknown) => {
        throw signInFailure(error, server.token_endpoint);
      });
    return tokensIn(response, server.token_endpoint ?? "");
  });
}

function codeIn(
  server: oauth.AuthorizationServer,
  client: oauth.Client,
  callback: URL,
  signIn: SignIn,
): URLSearchParams {
  try {
    return oauth.validateAuthResponse(server, client, callback, signIn.state);
  } catch (error) {
    throw signInFailure(error, server.authorization_endpoint);
  }
}

/** How each request is sent. `http` is for a provider on the developer's machine. */
export function httpOptions(issuer: string) {
  return {
    signal: AbortSignal.timeout(HTTP_TIMEOUT_MS),
    [oauth.allowInsecureRequests]: isLoopback(new URL(issuer).hostname),
  };
}
