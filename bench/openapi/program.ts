import { join } from "node:path";
import { build } from "esbuild";
import { projectDir } from "../../dev/server/processes.ts";

/** Makes one file of measure.ts, since src/engine is written for a bundler. */
export async function buildProgram(folder: string): Promise<string> {
  const outfile = join(folder, "measure.mjs");
  await build({
    absWorkingDir: projectDir,
    entryPoints: ["bench/openapi/measure.ts"],
    outfile,
    ...{ bundle: true, format: "esm", platform: "node", logLevel: "error" },
    alias: { "cloudflare:workers": join(projectDir, "test/support/workers-stub.ts") },
    // Some libraries are CommonJS.
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
  });
  return outfile;
}
