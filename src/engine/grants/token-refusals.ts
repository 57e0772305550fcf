import { isDocumentId } from "./client-id";
import { grantIdOf } from "./grant-id";
import { FORMLESS_TOKEN } from "./provider/requests";
import { presentedIn, presentedName, refusal, type TokenAnswer } from "./token-request";

/**
 * An id that this server gives to a client is some twenty characters; the address of a metadata document
 * is a URL. What is longer names nobody, and KV takes no key above 512 bytes.
 */
const MAX_CLIENT_ID_LENGTH = 400;

const GRANT_TYPES = ["authorization_code", "refresh_token"];

/**
 * Refuses what must not reach workers-oauth-provider: an id that is no client's, and, where the id is the
 * address of a metadata document, whoever does not name a grant of that very client. The library fetches
 * the document to authenticate the client, and nobody without a grant may have it fetch anything.
 *
 * @param clientId as the request has it; unproven.
 * @param grantClientId the client of the grant that the request names, if there is one.
 * @param hasCredentials whether the request has an Authorization header (RFC 6749, section 5.2).
 * @returns undefined for what may go on.
 */
export function refusalFor(
  form: URLSearchParams,
  clientId: string | undefined,
  grantClientId: string | undefined,
  hasCredentials: boolean,
): TokenAnswer | undefined {
  if (clientId === undefined) return undefined;
  if (!isDocumentId(clientId)) {
    const isTooLong = new TextEncoder().encode(clientId).length > MAX_CLIENT_ID_LENGTH;
    return isTooLong ? clientNotFound(hasCredentials) : undefined;
  }
  if (clientId === grantClientId) return undefined;
  // RFC 7009, section 2.2: a token that counts for nothing is not an error.
  if (!form.has("grant_type") && form.has("token")) {
    return { status: 200, headers: { "cache-control": "no-store" }, body: "" };
  }
  return GRANT_TYPES.includes(form.get("grant_type") ?? "")
    ? refusal("invalid_grant", "This client has no such grant")
    : refusal("unsupported_grant_type", "Grant type not supported");
}

/** RFC 6749, section 5.2: the challenge is due where the client tried to authenticate by a header. */
function clientNotFound(hasCredentials: boolean): TokenAnswer {
  const { headers, ...rest } = refusal("invalid_client", "Client not found");
  const challenge = hasCredentials ? { "www-authenticate": 'Basic realm="OAuth"' } : {};
  return { ...rest, status: 401, headers: { ...headers, ...challenge } };
}

/**
 * The same form, with a code or token that was never issued here replaced by one that the library refuses by
 * its form alone, once it knows the client: it would look for any other in KV, whatever its length.
 */
export function withoutForeignToken(form: URLSearchParams): URLSearchParams {
  const name = presentedName(form);
  const presented = presentedIn(form);
  if (name === undefined || presented === undefined) return form;
  if (grantIdOf(presented) !== undefined) return form;
  return new URLSearchParams(
    [...form].map(([each, value]) => [each, each === name ? FORMLESS_TOKEN : value]),
  );
}
