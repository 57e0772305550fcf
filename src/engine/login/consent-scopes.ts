import type { Catalogue } from "../tools/catalogue";
import type { OfferedScopes } from "./consent-page";

/**
 * The scopes that the consent page offers. Scopes that this server does not know are left out, and a client that asks
 * for none that it does know (some send no `scope`, some only `offline_access`) is taken to ask for the
 * baseline (RFC 6749, section 3.3).
 *
 * @param given what the same person gave the same client before: ticked as well.
 */
export function offeredScopes(
  { allScopes, baselineScopes, groups }: Catalogue,
  requested: readonly string[],
  given: readonly string[] = [],
): OfferedScopes {
  const known = allScopes.filter(({ name }) => requested.includes(name));
  const asked = new Set([
    ...(known.length > 0 ? known : baselineScopes).map(({ name }) => name),
    ...given,
  ]);
  const those = (isTicked: boolean) =>
    groups.flatMap(({ title, scopes }) => {
      const offered = scopes
        .filter(({ name }) => asked.has(name) === isTicked)
        .map(({ name, description, effect }) => ({
          ...{ name, description, effect, isTicked },
          wasGiven: given.includes(name),
        }));
      return offered.length === 0 ? [] : [{ title, scopes: offered }];
    });
  return { groups: those(true), more: those(false) };
}
