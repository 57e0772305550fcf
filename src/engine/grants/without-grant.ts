import { isDocumentId } from "./client-id";
import { refusal, type TokenAnswer } from "./token-request";

const WITH_A_GRANT = new Set(["authorization_code", "refresh_token"]);

/**
 * Answers a client with a metadata document that names no grant there is, so that its document, at an
 * address which anybody can write down, is not fetched for it: nothing could come of it. What the client
 * is told is what it would be told if it were who it says, and `invalid_client` would not be true.
 *
 * @param form of a token or revocation request.
 * @returns undefined for other clients, and for requests that are wrong in another way.
 */
export function answerWithoutGrant(form: URLSearchParams): TokenAnswer | undefined {
  const named = form.getAll("client_id");
  const isOfDocument =
    named.length === 1 ? named.every(isDocumentId) : form.has("client_assertion");
  if (!isOfDocument || named.length > 1) return undefined;
  const grantType = form.get("grant_type") ?? "";
  if (WITH_A_GRANT.has(grantType)) {
    return refusal("invalid_grant", "The code or the token is not known, or no longer");
  }
  if (grantType !== "" || !form.has("token")) return undefined;
  // RFC 7009, section 2.2: what is not there is as good as revoked.
  return { status: 200, headers: { "cache-control": "no-store" }, body: "" };
}
