import * as z from "zod";

/**
 * Finds a person's groups in claims about them.
 *
 * @returns undefined where the claims do not say, or not in a form that can be read: a list of texts,
 *   or one text.
 */
export type GroupsReader = (claims: unknown) => string[] | undefined;

const groupsSchema = z.union([z.array(z.string()), z.string().transform((group) => [group])]);

/**
 * Reads groups from a claim (`groups` in RFC 9068, section 2.2.3.1; elsewhere the provider's own).
 *
 * @param named the groups that the configuration names. Others are left out: some people are in
 *   hundreds, and nothing here has a use for them. Where none is named, nothing is read.
 */
export function groupsReader(claim: string, named: ReadonlySet<string> = new Set()): GroupsReader {
  const claimsSchema = z.record(z.string(), z.unknown());
  return (claims) => {
    if (named.size === 0) return [];
    const groups = groupsSchema.safeParse(claimsSchema.safeParse(claims).data?.[claim]).data;
    return groups && [...new Set(groups)].filter((group) => named.has(group));
  };
}
