import type { AuthorizationErrorCode } from "@cloudflare/workers-oauth-provider";
import { errorText } from "../lib/error-text";
import { IdentityProviderError, SignInRefused } from "../providers/identity-provider";

/**
 * Why a person could not be signed in, as a client is told (RFC 6749, section 4.1.2.1).
 *
 * @throws whatever is no failure of a sign-in.
 */
export function signInErrorCode(error: unknown): AuthorizationErrorCode {
  if (error instanceof SignInRefused) return "access_denied";
  if (!(error instanceof IdentityProviderError)) throw error;
  console.error({
    event: "identity_provider_error",
    error: error.message,
    cause: errorText(error.cause),
  });
  return "temporarily_unavailable";
}
