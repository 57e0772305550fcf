import * as z from "zod";
import type { GroupsReader } from "../identity/groups";
import { keptClaims } from "../identity/kept-claims";

/** What tokens say about people, and how this configuration reads it. */
export type PersonReader = (claims: unknown) => {
  readonly name: string | undefined;
  readonly email: string | undefined;
  readonly groups: readonly string[];
  /** Those that the configuration names for tools. */
  readonly claims: Readonly<Record<string, unknown>>;
};

/** Some servers send null or an empty string instead of leaving a claim out. */
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
 *   it, an address counts only if `email_verified` says so (OpenID Connect Core, section 5.1). `false` always
 *   counts.
 * @param named the claims that tools get (TOKEN_CLAIMS).
 */
export function personReader(
  emailClaim: string | undefined,
  groupsIn: GroupsReader,
  named: readonly string[] = [],
): PersonReader {
  const vouchedSchema = z.record(z.string(), z.unknown());
  const vouchedFor = (claims: unknown) =>
    emailClaim === undefined
      ? undefined
      : optionalText.parse(vouchedSchema.safeParse(claims).data?.[emailClaim]);
  return (claims) => {
    const person = personSchema.safeParse(claims).data;
    const vouched = person?.email_verified === false ? undefined : vouchedFor(claims);
    const name = [person?.name, person?.preferred_username, person?.username]
      // The address is not a name as well.
      .find((text) => text !== undefined && text !== vouched);
    return {
      name,
      email: vouched ?? (person?.email_verified === true ? person.email : undefined),
      groups: groupsIn(claims) ?? [],
      claims: keptClaims(named, [claims]),
    };
  };
}
