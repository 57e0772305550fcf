import { bindingNames } from "./bindings.ts";
import { clientCredentialVariables } from "./client-credential.ts";
import { externalAuthorizationVariables } from "./external-authorization.ts";
import { nearestName } from "./nearest-name.ts";

/** What belongs to one deployment, besides what providers and APIs bring. */
export const deploymentVariables: readonly string[] = [
  ...externalAuthorizationVariables,
  ...clientCredentialVariables,
];

/** The words that a variable of ours about access begins with: nothing else may, lest a door be thought closed. */
const RESERVED_PREFIX = "ALLOWED_";

/**
 * Finds the names in the environment that look like a misspelt one of ours. What a server's own tools are
 * given, under names of its own, is none of ours.
 *
 * @param names of all that the environment has.
 * @param variables all that there are.
 * @returns a line for each, with the name that was probably meant.
 */
export function misspeltNames(names: Iterable<string>, variables: readonly string[]): string[] {
  const known = new Set([...variables, ...bindingNames]);
  return [...names]
    .filter((name) => !known.has(name))
    .flatMap((name) => {
      const meant = nearestName(name, known);
      if (meant !== undefined)
        return [`${name} is unknown: did you mean ${meant}? Rename or remove it`];
      if (!name.startsWith(RESERVED_PREFIX)) return [];
      const allowed = [...known].filter((other) => other.startsWith(RESERVED_PREFIX));
      return [
        `${name} is unknown: of the names that begin with ${RESERVED_PREFIX} there are only ${allowed.join(", ")}`,
      ];
    });
}
