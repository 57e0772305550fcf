// `node dev/bootstrap.mjs bench/operation-search.ts`: how long a search of operations takes inside workerd, over
// GitHub's API (test/openapi-search/). Prints what it measured, and judges nothing.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { gitHub } from "../test/openapi-search/questions.ts";

const pathOf = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const ROUNDS = 50;
const REPEATS = 7;

const operations = readFileSync(pathOf("../test/openapi-search/github.tsv"), "utf8")
  .split("\n")
  .filter((row) => row !== "")
  .map((row) => {
    const [name, title, method, path, group] = row.split("\t");
    return { name, title, method, path, group, description: "" };
  });
const mistyped = ["reposittory colaborators", "relese assets"];
const known = gitHub.map(([question]) => question);

const { outputFiles } = await build({
  entryPoints: [pathOf("workers/operation-search.ts")],
  ...{ bundle: true, write: false, format: "esm", minify: true, conditions: ["workerd"] },
});
const miniflare = new Miniflare(
  convertV4MiniflareOptions({
    ...{ modules: true, script: outputFiles[0]?.text ?? "", compatibilityDate: "2026-10-01" },
    ...{ host: "127.0.0.1", port: 0, cf: false, telemetry: { enabled: false } },
  }),
);

/** The median time of a request, in milliseconds. */
async function median(queries: readonly string[], rounds: number): Promise<number> {
  const times: number[] = [];
  const body = JSON.stringify({ operations, queries, rounds });
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const startedAt = performance.now();
    const response = await miniflare.dispatchFetch("http://bench/", { method: "POST", body });
    await response.text();
    times.push(performance.now() - startedAt);
  }
  return times.toSorted((one, other) => one - other)[Math.floor(REPEATS / 2)] ?? 0;
}

try {
  await median(known, 1);
  const nothing = await median(known, -1);
  const indexed = await median(known, 0);
  const perQuery = async (queries: readonly string[]) =>
    ((await median(queries, ROUNDS)) - indexed) / (ROUNDS * queries.length);
  console.log(
    `${operations.length} operations, in workerd on this machine (median of ${REPEATS}):`,
  );
  console.log(`  the index, once per isolate  ${(indexed - nothing).toFixed(1)} ms`);
  console.log(`  a question                   ${(await perQuery(known)).toFixed(3)} ms`);
  console.log(`  one where nothing matches    ${(await perQuery(mistyped)).toFixed(3)} ms`);
} finally {
  await miniflare.dispose();
}
