// `npm run bench:openapi`: compiles the documents of test/openapi-corpus, reads the request of each operation back, and
// does the same with what others would use. --documents slack,stripe chooses; --ours leaves the others out; --json FILE
// writes what was found. The last two tables are those of docs/openapi.md.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { stopOnSignals } from "../dev/commands/stop-signals.ts";
import { declaredOperations } from "../test/openapi-corpus/declared.ts";
import { readDocument, realDocuments } from "../test/openapi-corpus/documents.ts";
import { installPeers, type Peer, peerPackages } from "./openapi/install-peers.ts";
import type { Measured } from "./openapi/measured.ts";
import { HEAP_MIB, measured, PREPARE_CPU_SECONDS } from "./openapi/processes.ts";
import { buildProgram } from "./openapi/program.ts";
import { fullTable, kindsTable, ownTable, peerTable } from "./openapi/tables.ts";

const { values } = parseArgs({
  options: {
    documents: { type: "string" },
    ours: { type: "boolean", default: false },
    json: { type: "string" },
  },
});
const chosen = values.documents?.split(",") ?? realDocuments;
const unknown = chosen.filter((name) => !realDocuments.includes(name));
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(", ")}: choose of ${realDocuments.join(", ")}`);
  process.exit(1);
}

const folder = await mkdtemp(join(tmpdir(), "gatehouse-bench-openapi-"));
const clean = () => rm(folder, { recursive: true, force: true });
stopOnSignals(clean, 130);
try {
  await run();
} finally {
  await clean();
}

async function run(): Promise<void> {
  console.log(
    `${new Date().toISOString().slice(0, 10)}, Node.js ${process.versions.node}, ${availableParallelism()} cores, ` +
      `load ${loadavg()[0]?.toFixed(1)} before; each may use ${HEAP_MIB / 1_024} GiB, and ${PREPARE_CPU_SECONDS} s of CPU until it is ready.`,
  );
  const peers = values.ours ? [] : await peersIfReachable();
  const program = await buildProgram(folder);
  const found: Measured[] = [];
  for (const document of chosen) {
    const content = readDocument(document);
    const file = join(folder, `${document}.json`);
    await writeFile(file, JSON.stringify(content));
    const operations = declaredOperations(content).length;
    const own: Peer = { subject: "gatehouse", module: "" };
    for (const { subject, module } of [own, ...peers]) {
      const task = { subject, document, operations, program, args: [file, module] };
      const first = await measured(task);
      // Builds for Workers check schemas with another library, which may come through where the first did not.
      const one = first.ended?.startsWith("failed")
        ? await measured({ ...task, options: ["--conditions=workerd"] })
        : first;
      found.push(one);
      const examples = Object.entries(one.called?.examples ?? {});
      console.log(`${document}, ${subject}: ${one.ended ?? "done"}`);
      if (one !== first) console.log(`  with its build for Node.js: ${first.ended}`);
      for (const [kind, example] of examples) console.log(`  ${kind}: ${example}`);
    }
    if (values.json) await writeFile(resolve(values.json), JSON.stringify(found, null, 2));
  }
  console.log(`\n${fullTable(found)}\n\n${ownTable(found)}`);
  if (peers.length > 0) console.log(`\n${peerTable(found)}\n\n${kindsTable(found)}`);
}

/** Without a network there is nothing to compare with: our own figures are worth printing all the same. */
async function peersIfReachable(): Promise<Peer[]> {
  const list = Object.entries(peerPackages).map(([name, version]) => `${name} ${version}`);
  console.log(`Installing ${list.join(", ")} into a temporary folder …`);
  try {
    return await installPeers(join(folder, "peers"));
  } catch (error) {
    const [first] = String(error).split("\n");
    console.log(`The others could not be installed, so these are our own figures alone: ${first}`);
    return [];
  }
}
