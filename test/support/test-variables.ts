import { readServerFacts } from "../../dev/definition/server-facts.ts";
import { fixtureServer } from "./fixture.ts";

const servers = await Promise.all([readServerFacts(), readServerFacts(fixtureServer)]);
const knownVariables = servers.flatMap((facts) => facts.knownVariables);

/**
 * All variables of a Gatehouse under test: what is not given here is not set, whatever wrangler.jsonc and
 * .dev.vars have for the deployed server or the developer's own. What tools read under names of their own stays.
 */
export function testVariables(vars: Readonly<Record<string, string>>): Record<string, string> {
  return { ...Object.fromEntries(knownVariables.map((name) => [name, ""])), ...vars };
}
