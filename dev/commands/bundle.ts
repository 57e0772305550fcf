// `npm run bundle`: what the Worker's upload is made of, by package, and how that differs from the record,
// dev/bundle/bundle-record.json. --record makes it the new record.

import { parseArgs } from "node:util";
import { bundleReport } from "../bundle/bundle-report.ts";
import { readBareSize, readBundle, readRecord, writeRecord } from "../bundle/bundle-size.ts";
import { stopOnSignals } from "./stop-signals.ts";

// Ending this process ends the build that is running.
stopOnSignals(async () => {}, 130);
try {
  const { values } = parseArgs({ options: { record: { type: "boolean", default: false } } });
  const bundle = await readBundle();
  console.log([bundleReport(bundle, readRecord()), ...bundle.problems].join("\n"));
  console.log(`The engine itself, gzipped: ${(await readBareSize()).gzipKiB.toFixed(1)} KiB`);
  if (values.record) writeRecord(bundle);
  process.exit(0);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
