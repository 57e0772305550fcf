// `npm run test:emptied`: the project stays whole without its example toolsets, without each of them and without all.
// Each case is a copy from which they are removed as README.md says. --full runs all tests in each; names of toolsets
// choose cases, and "all" is one.

import { parseArgs } from "node:util";
import { stopOnSignals } from "../../dev/commands/stop-signals.ts";
import { findSignInApis } from "../../dev/local-apis/find-local-apis.ts";
import { projectDir } from "../../dev/server/processes.ts";
import { runScript, startAndList } from "./cases.ts";
import { copyProject } from "./project-copy.ts";
import { removeToolset, toolsetsOf } from "./remove-toolset.ts";

const vitest = ["node_modules/vitest/vitest.mjs", "run"];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { full: { type: "boolean", default: false } },
});

let removeCopy = async () => {};
stopOnSignals(() => removeCopy(), 130);

const toolsets = await toolsetsOf(projectDir);
const cases = new Map([
  ...toolsets.map((name): [string, readonly string[]] => [name, [name]]),
  ["all", toolsets],
]);
for (const name of positionals.length === 0 ? cases.keys() : positionals) {
  const removed = cases.get(name);
  if (removed === undefined) throw new Error(`There is no toolset ${name}`);
  console.log(`Without ${removed.join(", ")}:`);
  try {
    await check(removed);
  } catch (error) {
    console.log(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}
process.exit(0);

/** @throws Error with the output of what failed. */
async function check(removed: readonly string[]): Promise<void> {
  const { folder, remove } = await copyProject();
  removeCopy = remove;
  try {
    for (const name of removed) await removeToolset(folder, name);
    await step("npm run check", () => runScript(folder, ["dev/commands/check.ts"]));
    const tests = testsFor(removed);
    const onOutput = (text: string) => process.stdout.write(text);
    await step(["npm test", ...tests].join(" "), () =>
      // All tests take minutes: each file is printed as it passes.
      runScript(folder, [...vitest, ...tests], values.full ? { onOutput } : {}),
    );
    const idps = (await findSignInApis(folder)).map(({ identityProvider }) => identityProvider);
    for (const args of [[], ["--mode", "jwt"], ...idps.map((idp) => ["--idp", idp])]) {
      await step(["npm start", ...args].join(" "), () => startAndList(folder, args));
    }
  } finally {
    await remove();
  }
}

/** Prints what runs before it does, and then how many seconds it took. */
async function step(what: string, run: () => Promise<unknown>): Promise<void> {
  const startedAtMs = performance.now();
  console.log(`  … ${what}`);
  await run();
  console.log(`  ✓ ${what} (${((performance.now() - startedAtMs) / 1_000).toFixed(0)} s)`);
}

/** Those that read the server of src/: all others run the same fixture, whatever is removed. */
function testsFor(removed: readonly string[]): string[] {
  if (values.full) return [];
  if (removed.length < toolsets.length) return ["--project", "unit"];
  // README's tool is then the first one.
  const ofServer = ["test/e2e/start", "test/e2e/readme"];
  return ["--project", "unit", "--project", "e2e", "test/unit", ...ofServer];
}
