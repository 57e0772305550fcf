import * as z from "zod";
import { parseEmailAddress } from "../config/email-address";
import { claimAt, type GroupsReader } from "../identity/groups";
import { keptClaims } from "../identity/kept-claims";
import type { Identity } from "../identity/principal";

/** Empty is like absent: a provider that knows no name may say so by "". */
const text = z
  .string()
  .trim()
  .transform((value) => (value === "" ? undefined : value))
  .optional()
  .catch(undefined);

const profileSchema = z.object({
  name: text,
  preferred_username: text,
  email: text,
  // Some providers send it as a string, against OpenID Connect Core, section 5.1.
  email_verified: z.union([z.boolean(), z.stringbool()]).optional().catch(undefined),
});
type Profile = z.infer<typeof profileSchema>;

/** What an operator says of the provider, to read what it says of people. */
export type ProfileRules = {
  readonly groupsIn: GroupsReader;
  /** Domains of which the provider's addresses count although it does not say that they are verified. */
  readonly trustedEmailDomains: ReadonlySet<string>;
  /** Those that tools get, by name or path. */
  readonly claims: readonly string[];
};

/** Whether claims have everything that userinfo could add. */
export function isComplete(claims: object, { groupsIn, claims: named }: ProfileRules): boolean {
  const { name } = profileSchema.parse(claims);
  const hasClaims = named.every((path) => claimAt(claims, path) !== undefined);
  return name !== undefined && hasClaims && hasMoreThanName(claims, { groupsIn });
}

/** Whether a sign-in can go on with these claims, though userinfo does not answer. */
export function hasMoreThanName(
  claims: object,
  { groupsIn }: Pick<ProfileRules, "groupsIn">,
): boolean {
  return profileSchema.parse(claims).email !== undefined && groupsIn(claims) !== undefined;
}

/** @param sources what the provider says of the person; the first that says a thing counts. */
export function personIn(
  sources: readonly object[],
  rules: ProfileRules,
): Omit<Identity, "issuer" | "subject"> {
  const profiles = sources.map((source) => profileSchema.parse(source));
  const name =
    profiles.find((profile) => profile.name !== undefined)?.name ??
    profiles.find((profile) => profile.preferred_username !== undefined)?.preferred_username;
  const email = verifiedEmail(profiles, rules);
  const claims = keptClaims(rules.claims, sources);
  const groups = sources.map(rules.groupsIn).find((found) => found !== undefined) ?? [];
  return {
    ...(name !== undefined && { name }),
    ...(email !== undefined && { email }),
    ...(groups.length > 0 && { groups }),
    ...(Object.keys(claims).length > 0 && { claims }),
  };
}

/** That an address is verified counts only for the one that it was said with. */
function verifiedEmail(
  profiles: readonly Profile[],
  { trustedEmailDomains }: ProfileRules,
): string | undefined {
  const verified = profiles.find(({ email, email_verified }) => email && email_verified)?.email;
  if (verified !== undefined) return verified;
  // A provider that does say whether addresses are verified is taken at its word.
  if (profiles.some(({ email_verified }) => email_verified === false)) return undefined;
  return profiles
    .map(({ email }) => email)
    .find((email) => trustedEmailDomains.has(parseEmailAddress(email ?? "")?.domain ?? ""));
}
