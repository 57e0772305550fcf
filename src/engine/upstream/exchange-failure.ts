import * as oauth from "oauth4webapi";
import type { UpstreamApi } from "../config";
import { isLoopback } from "../config";
import { IdentityProviderError } from "../providers/identity-provider";
import { problemText } from "./problem-text";
import { UpstreamError } from "./upstream-error";

/** What the person can fix: they have not allowed it, or no longer (RFC 6749, RFC 9470, OpenID Connect). */
const CONSENT_ERRORS = [
  "invalid_grant",
  "interaction_required",
  "consent_required",
  "login_required",
  "insufficient_scope",
  "insufficient_user_authentication",
  "access_denied",
];

/** Why no token was issued for an API, in words for the model and the person, and in the log for the operator. */
export function exchangeFailure(api: UpstreamApi, error: unknown): UpstreamError {
  const { displayName } = api;
  const log = (code: string) =>
    console.error({ event: "token_exchange_failed", api: api.name, error: code });
  if (error instanceof UpstreamError) {
    log(error.failure);
    return error;
  }
  if (error instanceof oauth.ResponseBodyError) {
    log(error.error);
    if (CONSENT_ERRORS.includes(error.error)) return consentRequired(displayName, error);
    if (error.error === "invalid_request") return notAccepted(displayName, error);
    if (error.status < 500 && error.status !== 429 && error.error !== "temporarily_unavailable") {
      return refusedForServer(displayName);
    }
  } else if (error instanceof IdentityProviderError && error.isPermanent) {
    console.error({
      event: "token_exchange_failed",
      api: api.name,
      error: error.code,
      ...error.facts,
    });
    return refusedForServer(displayName);
  } else if (error instanceof oauth.WWWAuthenticateChallengeError) {
    log(`status ${error.status}`);
    return refusedForServer(displayName);
  } else {
    log(error instanceof Error ? error.name : "unknown");
  }
  return new UpstreamError(
    "unavailable",
    `Could not get access to ${displayName}. Try again in a minute.`,
  );
}

/**
 * RFC 8693, section 2.2.2, has this one code for a caller's token that is not good, which the person
 * can fix, and for a request that is wrong, which only the operator can.
 */
function notAccepted(displayName: string, error: oauth.ResponseBodyError): UpstreamError {
  return new UpstreamError(
    "consent_required",
    `The authorization server gives no access to ${displayName} for you${saidIn(error)}. ` +
      "Connect this server again; if that does not help, the server's operator needs to fix it.",
  );
}

function saidIn(error: oauth.ResponseBodyError): string {
  const said = problemText(JSON.stringify(error.cause));
  return said === undefined ? "" : ` (the authorization server says: ${said})`;
}

function consentRequired(displayName: string, error: oauth.ResponseBodyError): UpstreamError {
  const address = addressIn(error.cause);
  const where =
    address === undefined
      ? "Allow it at the service where you signed in, or connect this server again"
      : `Open ${address} in your browser and allow it`;
  return new UpstreamError(
    "consent_required",
    `You have not allowed this server to use ${displayName} for you${saidIn(error)}. ` +
      `${where}, then try again.`,
  );
}

/** RFC 6749, section 5.2. Only an address that a person can open. */
function addressIn({ error_uri: address }: Record<string, unknown>): string | undefined {
  if (typeof address !== "string" || !URL.canParse(address)) return undefined;
  const { protocol, hostname, href } = new URL(address);
  const isSafe = protocol === "https:" || (protocol === "http:" && isLoopback(hostname));
  return isSafe ? href : undefined;
}

function refusedForServer(displayName: string): UpstreamError {
  return new UpstreamError(
    "misconfigured",
    `The authorization server gives this server no access to ${displayName}. The server's operator needs to fix this.`,
  );
}
