import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { packageScript, startNode } from "../../dev/server/processes.ts";

const PACKAGE = "@modelcontextprotocol/conformance";

const checksSchema = z.array(
  z.object({
    id: z.string(),
    description: z.string(),
    status: z.enum(["SUCCESS", "FAILURE", "WARNING", "SKIPPED", "INFO"]),
    errorMessage: z.string().optional(),
  }),
);
type Checks = z.infer<typeof checksSchema>;

export type SuiteRun = {
  readonly exitCode: number;
  /** All that the suite printed. */
  readonly output: string;
  /** What was checked, by scenario. */
  readonly checks: ReadonlyMap<string, Checks>;
};

/**
 * Runs the official suite to its end.
 *
 * @param onOutput gets all that it has printed so far, each time that it prints.
 */
export async function runSuite(
  args: readonly string[],
  options: { timeoutMs: number; onOutput?: (output: string) => void },
): Promise<SuiteRun> {
  const folder = await mkdtemp(join(tmpdir(), "conformance-"));
  const suite = startNode(packageScript(PACKAGE, "dist/index.js"), [...args, "-o", folder], {
    onOutput: () => options.onOutput?.(suite.output()),
  });
  const timer = setTimeout(() => void suite.stop(), options.timeoutMs);
  try {
    const exitCode = await suite.exited;
    return { exitCode, output: suite.output(), checks: await readChecks(folder) };
  } finally {
    clearTimeout(timer);
    await rm(folder, { recursive: true });
  }
}

/** Each scenario has a folder, named for the role under test, the scenario and the time. */
async function readChecks(folder: string): Promise<Map<string, Checks>> {
  const checks = new Map<string, Checks>();
  for (const name of await readdir(folder)) {
    const scenario = /^(?:server|authorization-server)-(.+)-\d{4}-\d\d-\d\dT[\d-]+Z$/.exec(
      name,
    )?.[1];
    if (scenario === undefined) throw new Error(`Not the results of a scenario: ${name}`);
    const json = await readFile(join(folder, name, "checks.json"), "utf8");
    checks.set(scenario, checksSchema.parse(JSON.parse(json)));
  }
  return checks;
}

/** The scenarios that a revision of MCP requires of a server, as the suite's own list has them. */
export async function requiredScenarios(revision: string): Promise<string[]> {
  const list = await readFile(packageScript(PACKAGE, `requirements/${revision}.yaml`), "utf8");
  const section = /^server:\n((?: {2}- .+\n)+)/m.exec(list)?.[1] ?? "";
  return [...section.matchAll(/^ {2}- (\S+)$/gm)].map(([, scenario = ""]) => scenario);
}

/** Each check of a scenario that did not go well; a warning is about something that SHOULD be. */
export function shortcomings(run: SuiteRun, scenario: string): string[] {
  const checks = run.checks.get(scenario) ?? [];
  if (!checks.some(({ status }) => status === "SUCCESS")) {
    return [`Nothing was found right in ${scenario}. The suite printed:\n${run.output}`];
  }
  return checks
    .filter(({ status }) => status === "FAILURE" || status === "WARNING")
    .map((check) => `${check.status} ${check.id}: ${check.errorMessage ?? check.description}`);
}
