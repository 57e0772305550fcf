import type { Catalogue } from "../tools/catalogue";
import type { ScopeGroup } from "../ui/scope-list";

/** Those that this server no longer has. */
export const REMOVED = "No longer part of this server";

/** Scopes of a grant as a page shows them, by what they are about. */
export function grantedScopes(
  { groups }: Pick<Catalogue, "groups">,
  granted: readonly string[],
): ScopeGroup[] {
  const known = groups.flatMap(({ title, scopes }) => {
    const shown = scopes.filter(({ name }) => granted.includes(name));
    return shown.length === 0 ? [] : [{ title, scopes: shown }];
  });
  const names = new Set(known.flatMap(({ scopes }) => scopes.map(({ name }) => name)));
  const removed = granted.filter((name) => !names.has(name));
  if (removed.length === 0) return known;
  const scopes = removed.map((name) => ({
    name,
    description: `“${name}”: it can do nothing with it`,
  }));
  return [...known, { title: REMOVED, scopes }];
}
