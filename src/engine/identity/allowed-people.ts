import { type AllowedPeople, parseEmailAddress } from "../config";
import type { Principal } from "./principal";

/**
 * Whether ALLOWED_PEOPLE lets this person in: by user id, by an e-mail address that their identity
 * provider has verified (identities carry no other) or its domain, or by a group.
 *
 * @param allowed undefined if the operator leaves the decision to the identity provider.
 */
export function isAllowedPerson(
  allowed: AllowedPeople | undefined,
  { userId, identity }: Pick<Principal, "userId" | "identity">,
): boolean {
  if (allowed === undefined) return true;
  if (allowed.userIds.has(userId)) return true;
  if (identity.groups?.some((group) => allowed.groups.has(group))) return true;
  const email = parseEmailAddress(identity.email ?? "");
  if (email === undefined) return false;
  return allowed.emailAddresses.has(email.address) || allowed.emailDomains.has(email.domain);
}
