import * as oauth from "oauth4webapi";
import { IdentityProviderError, type SignIn, SignInRefused } from "./identity-provider";

/** How long to wait for one answer of an identity provider. */
export const HTTP_TIMEOUT_MS = 10_000;

/** The authorization request of the code flow with PKCE (RFC 6749, section 4.1.1; RFC 7636). */
export async function authorizationRequestUrl(
  request: { endpoint: string; clientId: string; scope: string; nonce?: string },
  signIn: SignIn,
): Promise<URL> {
  const url = new URL(request.endpoint);
  const parameters = {
    response_type: "code",
    client_id: request.clientId,
    redirect_uri: signIn.redirectUri,
    scope: request.scope,
    state: signIn.state,
    code_challenge: await oauth.calculatePKCECodeChallenge(signIn.codeVerifier),
    code_challenge_method: "S256",
    ...(request.nonce !== undefined && { nonce: request.nonce }),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url;
}

/**
 * Names what went wrong in the terms of login/identity-provider.ts.
 *
 * @throws SignInRefused for `access_denied` (RFC 6749, section 4.1.2.1), else IdentityProviderError.
 */
export function rethrowAsSignInError(error: unknown): never {
  if (error instanceof oauth.AuthorizationResponseError && error.error === "access_denied") {
    throw new SignInRefused("The identity provider answered access_denied", { cause: error });
  }
  throw new IdentityProviderError("The identity provider could not sign the person in", {
    cause: error,
  });
}
