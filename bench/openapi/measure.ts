// Measures one subject over one document, in a process that bench/openapi/processes.ts starts and bounds:
// <subject> <how much CPU it may use> <the document's file> [<the peer's module>]. What it finds goes to its parent, phase by phase.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import * as z from "zod";
import { tokensOf } from "../../dev/openapi/words.ts";
import { limitCpu } from "./cpu-limit.ts";
import { measureGatehouse } from "./gatehouse.ts";
import type { Message } from "./measured.ts";
import { measurePeer, peerSchema } from "./peer.ts";
import { stopwatch } from "./stopwatch.ts";

const searchSchema = z.object({
  search: z.custom<(document: unknown) => Promise<unknown>>((value) => typeof value === "function"),
});

const [subject, cpuSeconds, file = "", module = ""] = process.argv.slice(2);
const text = readFileSync(file, "utf8");
const endLimit = limitCpu(Number(cpuSeconds));
const report = (message: Message) => {
  if (message.phase === "prepared") void endLimit();
  process.send?.(message);
};

if (subject === "gatehouse") await measureGatehouse(text, report);
else {
  const peer: unknown = await import(pathToFileURL(module).href);
  if (subject === "search-and-execute") await measureSearch(searchSchema.parse(peer));
  else await measurePeer(text, peerSchema.parse(peer), report);
}
process.disconnect?.();

/** Requests cannot be compared here: a model writes each by hand. */
async function measureSearch({ search }: z.output<typeof searchSchema>): Promise<void> {
  const lap = stopwatch();
  const tools = await search(JSON.parse(text));
  report({ phase: "prepared", ...lap() });
  report({ phase: "listed", tokens: tokensOf(JSON.stringify(tools)) });
}
