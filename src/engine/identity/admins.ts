import { parseEmailAddress } from "../config";
import type { Principal } from "./principal";

/**
 * Whether ADMINS names this person: by user id, or by an e-mail address that their identity
 * provider has verified (identities carry no other), compared as ALLOWED_PEOPLE compares them: in ASCII.
 */
export function isAdmin(
  { admins }: { readonly admins: ReadonlySet<string> },
  principal: Principal,
): boolean {
  const email = parseEmailAddress(principal.identity.email ?? "");
  return admins.has(principal.userId) || (email !== undefined && admins.has(email.address));
}
