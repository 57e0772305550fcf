import * as z from "zod";
import type { GroupsReader } from "../identity/groups";

/** What tokens say of people, and how this configuration reads it. */
export type PersonReader = (claims: unknown) => {
  readonly name: string | undefined;
  readonly email: string | undefined;
  readonly groups: readonly string[];
};

/** Null and empty texts are what some servers send for nothing. */
const optionalText = z
  .string()
  .transform((text) => text.trim() || undefined)
  .optional()
  .catch(undefined);

const personSchema = z.object({
  name: optionalText,
  preferred_username: optionalText,
  username: optionalText,
  email: optionalText,
  // Some servers send it as a string.
  email_verified: z.union([z.boolean(), z.stringbool()]).optional().catch(undefined),
});

/**
 * @param emailClaim the claim with an address that the server itself vouches for (TOKEN_EMAIL_CLAIM). Without
 *   it, an address counts where `email_verified` says so (OpenID Connect Core, section 5.1). What says that it
 *   is not verified is believed either way.
 */
export function personReader(emailClaim: string | undefined, groupsIn: GroupsReader): PersonReader {
  const vouchedSchema = z.record(z.string(), z.unknown());
  const vouchedFor = (claims: unknown) =>
    emailClaim === undefined
      ? undefined
      : optionalText.parse(vouchedSchema.safeParse(claims).data?.[emailClaim]);
  return (claims) => {
    const person = personSchema.safeParse(claims).data;
    const vouched = person?.email_verified === false ? undefined : vouchedFor(claims);
    const name = [person?.name, person?.preferred_username, person?.username]
      // What is read as the address is no name.
      .find((text) => text !== undefined && text !== vouched);
    return {
      name,
      email: vouched ?? (person?.email_verified === true ? person.email : undefined),
      groups: groupsIn(claims) ?? [],
    };
  };
}
