// `npm run bench`: measures this server side by side with what people would use instead.
// --quick takes less than a minute; --json FILE and --svg FILE write what was found.
// docs/performance.md says what is measured, and how.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stopOnSignals } from "../dev/commands/stop-signals.ts";
import { startNode } from "../dev/server/processes.ts";
import { type Options, readOptions } from "./options.ts";

const runScript = fileURLToPath(new URL("run.ts", import.meta.url));

try {
  process.exit(await bench(readOptions(process.argv.slice(2))));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

/**
 * workerd outlives a process that is killed. So the run is a process of its own, in a group that ends as
 * a whole, and everything that it writes is in one folder.
 *
 * @returns the run's exit code.
 */
async function bench({ plan, json, svg }: Options): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "gatehouse-bench-"));
  const args = [
    ...(plan.name === "quick" ? ["--quick"] : []),
    ...(json === undefined ? [] : ["--json", json]),
    ...(svg === undefined ? [] : ["--svg", svg]),
  ];
  const run = startNode(runScript, args, {
    env: { TMPDIR: folder },
    onOutput: (text) => process.stdout.write(text),
  });
  const stop = async () => {
    await run.stop();
    await rm(folder, { recursive: true, force: true });
  };
  stopOnSignals(stop, 130);
  const timer = setTimeout(() => {
    console.error(`The benchmark took longer than ${plan.limitMs / 60_000} minutes.`);
    void run.stop();
  }, plan.limitMs);
  const exitCode = await run.exited;
  clearTimeout(timer);
  await stop();
  return exitCode;
}
