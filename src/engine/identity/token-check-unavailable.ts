import { OAuthError } from "@cloudflare/workers-oauth-provider";

const RETRY_AFTER_SECONDS = 5;

/** 503 with Retry-After: a 401 would make clients discard a valid token. */
export function tokenCheckUnavailable(): OAuthError {
  return new OAuthError("temporarily_unavailable", {
    description: "The token cannot be checked right now",
    statusCode: 503,
    headers: { "Retry-After": String(RETRY_AFTER_SECONDS) },
  });
}
