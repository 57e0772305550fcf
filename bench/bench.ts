// `npm run bench`: measures this server side by side with what people would use instead.
// --quick takes less than a minute; --json FILE and --svg FILE write what was found.
// docs/performance.md says what is measured, and how.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startNode } from "../dev/processes.ts";
import { stopOnSignals } from "../dev/stop-signals.ts";
import { readOptions } from "./options.ts";

const { plan, ...files } = readOptions(process.argv.slice(2));
// workerd outlives a process that is killed. So the run is a process of its own, in a group that ends
// as a whole, and everything that it writes is in one folder.
const folder = await mkdtemp(join(tmpdir(), "gatehouse-bench-"));
const run = startNode(
  fileURLToPath(new URL("run.ts", import.meta.url)),
  [
    ...(plan.name === "quick" ? ["--quick"] : []),
    ...Object.entries(files).flatMap(([name, file]) =>
      file === undefined ? [] : [`--${name}`, file],
    ),
  ],
  { env: { TMPDIR: folder }, onOutput: (text) => process.stdout.write(text) },
);
stopOnSignals(stop, 130);
const timer = setTimeout(() => {
  console.error(`The benchmark took longer than ${plan.limitMs / 60_000} minutes.`);
  void run.stop();
}, plan.limitMs);
const exitCode = await run.exited;
clearTimeout(timer);
await stop();
process.exit(exitCode);

async function stop(): Promise<void> {
  await run.stop();
  await rm(folder, { recursive: true, force: true });
}
