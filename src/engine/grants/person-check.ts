import { OAuthError } from "@cloudflare/workers-oauth-provider";
import { isAllowedPerson } from "../identity/allowed-people";
import type { Principal } from "../identity/principal";
import type { OwnAuthorization } from "../own-authorization";

/**
 * Checks before each token, also at refresh, that ALLOWED_PEOPLE lets the person of a grant in: as the
 * grant knows them from their sign-in. The identity provider is not asked again.
 *
 * @throws OAuthError `invalid_grant`, on which workers-oauth-provider ends the grant (RFC 6749,
 *   section 5.2).
 */
export function requireAllowedPerson(
  { allowedPeople }: Pick<OwnAuthorization, "allowedPeople">,
  person: Pick<Principal, "userId" | "identity">,
): void {
  if (isAllowedPerson(allowedPeople, person)) return;
  throw new OAuthError("invalid_grant", {
    description: "This person may not use this server (ALLOWED_PEOPLE)",
    internal: { category: "token-exchange-callback", reason: "person_not_allowed" },
  });
}
