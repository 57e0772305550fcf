import { readServerFacts } from "../../dev/definition/server-facts.ts";
import { fixtureServer } from "./fixture.ts";

/** Found once for a run of tests: the processes that it starts find the names here. */
const NAMES = "GATEHOUSE_TEST_VARIABLES";

process.env[NAMES] ??= await namesOfVariables();
const knownVariables = process.env[NAMES].split(" ");

async function namesOfVariables(): Promise<string> {
  const servers = await Promise.all([readServerFacts(), readServerFacts(fixtureServer)]);
  return servers.flatMap((facts) => facts.knownVariables).join(" ");
}

/**
 * All variables of a Gatehouse under test: what is not given here is not set, whatever wrangler.jsonc and
 * .dev.vars have for the deployed server or the developer's own. What tools read under names of their own stays.
 */
export function testVariables(vars: Readonly<Record<string, string>>): Record<string, string> {
  return { ...Object.fromEntries(knownVariables.map((name) => [name, ""])), ...vars };
}
