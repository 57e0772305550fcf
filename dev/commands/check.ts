// `npm run check`: everything about the code that can be known without running it. All checks run, even
// when one fails, so that one run names everything to fix.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { bareFaults, bundleFaults } from "../bundle/bundle-report.ts";
import { readBareSize, readBundle, readRecord } from "../bundle/bundle-size.ts";
import { checkDefinitions } from "../definition/server-facts.ts";
import { checkToolsets } from "../openapi/check-toolsets.ts";
import { packageScript, projectDir, startNode } from "../server/processes.ts";
import { startWrangler } from "../server/wrangler.ts";
import { missingOptionalPackages } from "./lock-file.ts";
import { stopOnSignals } from "./stop-signals.ts";

type Outcome = { passed: boolean; output: string };
type Check = { name: string; run(): Promise<Outcome> };

// Ending this process ends the check that is running.
stopOnSignals(async () => {}, 130);

const tsc = packageScript("typescript", "bin/tsc");
const biome = packageScript("@biomejs/biome", "bin/biome");
const typedFolders = [
  ".",
  "dev",
  "dev/workers",
  "bench",
  "bench/workers",
  "bench/openapi",
  "test",
  "test/worker",
].filter((folder) => existsSync(join(projectDir, folder, "tsconfig.json")));

const checks: Check[] = [
  { name: "package-lock.json", run: checkLock },
  {
    // The types of the bindings: the type checks that follow need them.
    name: "wrangler types",
    run: () => outcomeOf(startWrangler(["types", "--strict-vars=false"], {})),
  },
  ...typedFolders.map((folder) => ({
    name: `tsc -p ${folder}`,
    run: () => outcomeOf(startNode(tsc, ["-p", folder])),
  })),
  { name: "the tools' definitions", run: () => passedUnlessThrown(checkDefinitions) },
  { name: "what OpenAPI documents compile to", run: checkCompiled },
  { name: "the bundle's size", run: () => passedUnlessThrown(checkBundle) },
  { name: "biome check", run: () => outcomeOf(startNode(biome, ["check", "--colors=off"])) },
];

const failed: string[] = [];
for (const { name, run } of checks) {
  const startedAtMs = performance.now();
  const { passed, output } = await run();
  const seconds = ((performance.now() - startedAtMs) / 1_000).toFixed(1);
  console.log(`${passed ? "✓" : "✗"} ${name} (${seconds} s)`);
  if (passed) continue;
  failed.push(name);
  console.log(output.trimEnd().replaceAll(/^/gm, "    "));
}
console.log(
  failed.length === 0
    ? `All ${checks.length} checks passed.`
    : `${failed.length} of ${checks.length} checks failed: ${failed.join(", ")}.`,
);
process.exit(failed.length === 0 ? 0 : 1);

async function outcomeOf(check: { exited: Promise<number>; output(): string }): Promise<Outcome> {
  const exitCode = await check.exited;
  return { passed: exitCode === 0, output: check.output() };
}

async function checkLock(): Promise<Outcome> {
  const lock: unknown = JSON.parse(readFileSync(join(projectDir, "package-lock.json"), "utf8"));
  const missing = missingOptionalPackages(lock);
  return {
    passed: missing.length === 0,
    output:
      `These packages are missing in the lock, and npm ci would fail:\n${missing.join("\n")}\n` +
      "Choose versions that have a package for every platform, then run npm install again.",
  };
}

async function checkCompiled(): Promise<Outcome> {
  const faults = await checkToolsets(projectDir);
  return { passed: faults.length === 0, output: faults.join("\n") };
}

async function checkBundle(): Promise<void> {
  const faults = [bundleFaults(await readBundle(), readRecord()), bareFaults(await readBareSize())];
  const found = faults.filter((fault) => fault !== "").join("\n");
  if (found !== "") throw new Error(found);
}

async function passedUnlessThrown(check: () => Promise<void>): Promise<Outcome> {
  try {
    await check();
    return { passed: true, output: "" };
  } catch (error) {
    return { passed: false, output: error instanceof Error ? error.message : String(error) };
  }
}
