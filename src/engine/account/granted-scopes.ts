import type { Catalogue } from "../tools/catalogue";
import type { ConsentScope } from "../ui/scope-list";

/** Scopes of a grant as a page shows them. Those that this server no longer knows have no description. */
export function grantedScopes(
  { allScopes }: Pick<Catalogue, "allScopes">,
  granted: readonly string[],
): ConsentScope[] {
  return granted.map((name) => {
    const description = allScopes.find((scope) => scope.name === name)?.description;
    return { name, description: description ?? "No longer offered by this server" };
  });
}
