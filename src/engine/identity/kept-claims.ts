import { claimAt } from "./groups";

/** Claims stand in each access token's props, and travel with each request. */
const MAX_CHARS = 4_096;

/**
 * The claims about a person that the operator names for tools: organization, roles, a tenant.
 *
 * @param paths names of claims, or paths with dots into nested ones.
 * @param sources what the provider says of the person; the first that has a claim counts.
 * @returns them by those paths. One that would make them larger than 4,096 characters of JSON is left out, and
 *   the log says which.
 */
export function keptClaims(
  paths: readonly string[],
  sources: readonly unknown[],
): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const path of paths) {
    const value = sources.map((source) => claimAt(source, path)).find((one) => one != null);
    if (value === undefined) continue;
    if (JSON.stringify({ ...kept, [path]: value }).length <= MAX_CHARS) kept[path] = value;
    else console.warn({ event: "claim_too_large", claim: path });
  }
  return kept;
}
