// `npm run audit`: queries the audit, here or on the deployed Worker. --help says how.

import { parseAuditOptions, USAGE } from "./audit-options.ts";
import { readAudit } from "./audit-read.ts";
import { auditTable, jsonLine } from "./audit-table.ts";
import { stopOnSignals } from "./stop-signals.ts";

// Ending this process ends the wrangler command that is running.
stopOnSignals(async () => {}, 130);
try {
  const options = parseAuditOptions(process.argv.slice(2));
  if (options === undefined) {
    console.log(USAGE);
  } else {
    const events = await readAudit(options);
    if (options.json) for (const event of events) console.log(jsonLine(event));
    else console.log(events.length === 0 ? "There are no such events." : auditTable(events));
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
