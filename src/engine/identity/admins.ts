import type { Config } from "../config";
import type { Principal } from "./principal";

/**
 * Whether ADMINS names this person: by user id, or by an e-mail address that their identity
 * provider has verified (identities carry no other).
 */
export function isAdmin({ admins }: Pick<Config, "admins">, principal: Principal): boolean {
  const email = principal.identity.email?.toLowerCase();
  return admins.has(principal.userId) || (email !== undefined && admins.has(email));
}
