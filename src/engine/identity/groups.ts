import * as z from "zod";

/**
 * Finds a person's groups in claims about them.
 *
 * @returns undefined if the claims have none, or not in a supported form: a list of strings, numbers, or
 *   objects with `id`, `name` or `value` (RFC 7643, section 4.1.2); or one string, separated by commas or
 *   semicolons.
 */
export type GroupsReader = (claims: unknown) => string[] | undefined;

const groupName = z.union([z.string(), z.number().transform(String)]);

const groupObject = z
  .object({ id: groupName, name: groupName, value: groupName })
  .partial()
  .transform(({ id, name, value }) => [id, name, value].filter((part) => part !== undefined))
  .refine((names) => names.length > 0);

const groupsSchema = z.union([
  z
    .array(z.union([groupName.transform((group) => [group]), groupObject]))
    .transform((lists) => lists.flat()),
  z.string().transform((text) => [text, ...text.split(/[,;]/).map((group) => group.trim())]),
  z.number().transform((number) => [String(number)]),
]);

const claimsSchema = z.record(z.string(), z.unknown());

/**
 * Reads groups from a claim (`groups` in RFC 9068, section 2.2.3.1; elsewhere the provider's own).
 *
 * @param claim its name or, if there is no claim of that name, a path with dots into nested claims, such as
 *   Keycloak's `realm_access.roles`.
 * @param named the groups that the configuration names. Others are left out: some people are in hundreds,
 *   and nothing here uses them. If none is named, nothing is read.
 */
export function groupsReader(claim: string, named: ReadonlySet<string> = new Set()): GroupsReader {
  return (claims) => {
    if (named.size === 0) return [];
    const groups = groupsSchema.safeParse(claimAt(claims, claim)).data;
    return groups && [...new Set(groups)].filter((group) => named.has(group));
  };
}

/**
 * A claim by its name, or where there is none of that name, by a path with dots into nested claims.
 *
 * @returns undefined where there is none.
 */
export function claimAt(claims: unknown, path: string): unknown {
  const members = claimsSchema.safeParse(claims).data;
  if (members === undefined || Object.hasOwn(members, path)) return members?.[path];
  // A name may itself contain dots (`https://example.com/roles`), so each way to split it is tried.
  for (let dot = path.indexOf("."); dot !== -1; dot = path.indexOf(".", dot + 1)) {
    const first = path.slice(0, dot);
    if (!Object.hasOwn(members, first)) continue;
    const found = claimAt(members[first], path.slice(dot + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}
