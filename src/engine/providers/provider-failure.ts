import { errors } from "jose";
import * as oauth from "oauth4webapi";
import * as z from "zod";
import { errorText } from "../lib/error-text";
import {
  IdentityProviderError,
  type ProviderFacts,
  REFUSALS,
  SignInRefused,
} from "./identity-provider";

/** What stays wrong until somebody changes a setting, here or at the provider. */
export function misconfigured(message: string, facts: ProviderFacts = {}, cause?: unknown) {
  return new IdentityProviderError(message, { isPermanent: true, facts, cause });
}

/** What may pass by itself. */
export function unavailable(message: string, facts: ProviderFacts = {}, cause?: unknown) {
  return new IdentityProviderError(message, { isPermanent: false, facts, cause });
}

/** An address as a log may have it: without query, fragment and credentials. */
export function loggedUrl(address: string | undefined): string {
  const url = URL.parse(address ?? "");
  return url === null ? "no URL" : `${url.origin}${url.pathname}`.slice(0, 200);
}

const CODE = /^[A-Za-z0-9_.-]{1,64}$/;

/** A provider's `error` code, as a log may have it. Anything longer than a code is the provider's prose. */
export function loggedCode(code: string): string {
  return CODE.test(code) ? code : "unreadable";
}

/** Codes by which a provider says that it may work later (RFC 6749, section 4.1.2.1). */
const PASSING_CODES = ["temporarily_unavailable", "server_error", "slow_down"];

/** The failure that an `error` code of a provider stands for. */
export function failureOfCode(code: string, facts: ProviderFacts): IdentityProviderError {
  const quoted = { ...facts, code: loggedCode(code) };
  if (code === "invalid_grant") {
    // RFC 6749, section 5.2: a code that had expired or was used. The next sign-in gets another one.
    const advice = "If every sign-in ends so, compare the redirect URI that is registered there.";
    return unavailable("The identity provider did not take its code", { ...quoted, advice });
  }
  return PASSING_CODES.includes(code)
    ? unavailable("The identity provider cannot answer at the moment", quoted)
    : misconfigured("The identity provider refused this server's request", quoted);
}

/** What a log has of a failure: what went wrong, where, and what another server answered. */
export function failureFacts(error: unknown) {
  const isNamed = error instanceof IdentityProviderError;
  const cause = error instanceof Error ? error.cause : undefined;
  return {
    error: isNamed ? error.message : errorText(error),
    ...(isNamed && error.facts),
    ...(cause !== undefined && { cause: errorText(cause) }),
  };
}

/**
 * Names what went wrong in the terms of identity-provider.ts: SignInRefused for the codes that are about
 * the person (RFC 6749, section 4.1.2.1; OpenID Connect Core, section 3.1.2.6), else IdentityProviderError.
 *
 * @param endpoint which was asked.
 */
export function signInFailure(
  error: unknown,
  endpoint?: string,
): IdentityProviderError | SignInRefused {
  if (error instanceof IdentityProviderError || error instanceof SignInRefused) return error;
  const facts = endpoint === undefined ? {} : { endpoint: loggedUrl(endpoint) };
  if (error instanceof oauth.AuthorizationResponseError) {
    const refusal = REFUSALS.find((code) => code === error.error);
    return refusal === undefined ? failureOfCode(error.error, facts) : new SignInRefused(refusal);
  }
  // Its code says all that its message does.
  if (error instanceof errors.JOSEError) {
    return misconfigured("The token cannot be read", { ...facts, code: loggedCode(error.code) });
  }
  const isProtocol =
    error instanceof oauth.OperationProcessingError ||
    error instanceof oauth.UnsupportedOperationError ||
    error instanceof z.ZodError ||
    error instanceof SyntaxError;
  // Whatever else fails is the network, or a provider that takes too long.
  return isProtocol
    ? misconfigured("The identity provider does not keep to its protocol", facts, error)
    : unavailable("The identity provider does not answer", facts, error);
}
