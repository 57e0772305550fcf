// One run of the benchmark, in a process that bench/bench.ts starts, bounds and cleans up after.

import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { readOptions } from "./options.ts";
import { runPhases } from "./phases.ts";
import { chart } from "./report/chart.ts";
import { report } from "./report/report.ts";

const CHARTED_CONNECTIONS = 16;

try {
  const { plan, json, svg } = readOptions(process.argv.slice(2));
  const results = await runPhases(plan, tmpdir(), (line) => console.log(line));
  console.log(`\n${report(results)}`);
  if (json !== undefined) await writeFile(json, `${JSON.stringify(results, null, 2)}\n`);
  if (svg !== undefined) await writeFile(svg, chart(results, CHARTED_CONNECTIONS));
  process.exit(0);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
