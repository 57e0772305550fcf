import type { Catalogue } from "../tools/catalogue";
import type { Scope } from "../tools/scopes";

/** A scope on the consent page; ticked beforehand when the client asked for it. */
export type ConsentScope = Scope & { readonly requested: boolean };

/**
 * The scopes that the consent page offers: all there are, so that a person can also give more than
 * was asked for. Scopes that this server does not know are left out, and a client that asks for
 * none that it does know (some send no `scope`, some only `offline_access`) is taken to ask for the
 * baseline (RFC 6749, section 3.3).
 */
export function consentScopes(
  { allScopes, baselineScopes }: Catalogue,
  requested: readonly string[],
): ConsentScope[] {
  const known = allScopes.filter((scope) => requested.includes(scope.name));
  const asked = known.length > 0 ? known : baselineScopes;
  return allScopes.map((scope) => ({ ...scope, requested: asked.includes(scope) }));
}
