import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { projectDir } from "../server/processes.ts";
import { builtAsDeployed, projectAliases, projectRuntime } from "./build-options.ts";
import {
  bundleProblems,
  type Contents,
  contentsOf,
  hasLanguages,
  metafileSchema,
} from "./bundle-contents.ts";
import {
  leftOut,
  prebuildLibraries,
  prebuiltFile,
  prebuiltPackages,
} from "./prebuilt-libraries.ts";
import { buildUpload, type UploadSize } from "./worker-build.ts";

/** What the Worker's upload is made of. */
export type Bundle = UploadSize & {
  readonly contents: Contents;
  /** Whether a file of ours has `import { z } from "zod"`, which brings all of zod. */
  readonly hasWholeZod: boolean;
  /** Problems with what is left out, one line each. */
  readonly problems: readonly string[];
};

const recordFile = join(projectDir, "dev", "bundle", "bundle-record.json");
const recordSchema = z.object({ gzipKiB: z.number(), contents: z.record(z.string(), z.number()) });
export type BundleRecord = z.infer<typeof recordSchema>;

/**
 * Builds the Worker as it is deployed, and reads what is in it.
 *
 * @throws Error with wrangler's output when the build fails.
 */
export async function readBundle(): Promise<Bundle> {
  const folder = await mkdtemp(join(tmpdir(), "gatehouse-bundle-"));
  try {
    const file = join(folder, "metafile.json");
    const size = await buildUpload([`--metafile=${file}`, "--outdir", join(folder, "out")]);
    const metafile = metafileSchema.parse(JSON.parse(await readFile(file, "utf8")));
    const prebuilt = await prebuildLibraries();
    return {
      ...size,
      contents: contentsOf(metafile, { file: prebuiltFile, metafile: prebuilt.metafile }),
      hasWholeZod: hasLanguages(metafile),
      problems: bundleProblems(metafile, {
        aliases: Object.keys(projectAliases()),
        leftOut: Object.keys(leftOut),
        prebuilt: prebuiltPackages,
        importsNamespace,
      }),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * The size of the engine itself: a server without tools or features (dev/workers/bare-server.ts), built as the deployed
 * one is. The prebuilt libraries have to be there.
 *
 * @throws Error with wrangler's output when the build fails.
 */
export async function readBareSize(): Promise<UploadSize> {
  const folder = await mkdtemp(join(tmpdir(), "gatehouse-bare-"));
  try {
    const config = join(folder, "wrangler.json");
    const main = join(projectDir, "dev", "workers", "bare-server.ts");
    await writeFile(config, JSON.stringify({ name: "bare", main, ...projectRuntime() }));
    const out = ["--config", config, "--outdir", join(folder, "out")];
    return await buildUpload([...out, ...builtAsDeployed()]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Whether a file has zod's namespace as a value, which esbuild keeps whole. */
function importsNamespace(path: string): boolean {
  const code = readFileSync(join(projectDir, path), "utf8");
  return /import (z|\w+|\{[^}]*\bz\b[^}]*\}) from "zod"/.test(code);
}

/** The bundle as somebody last checked and recorded it. */
export function readRecord(): BundleRecord {
  return recordSchema.parse(JSON.parse(readFileSync(recordFile, "utf8")));
}

export function writeRecord({ gzipKiB, contents }: Bundle): void {
  writeFileSync(recordFile, `${JSON.stringify({ gzipKiB, contents }, null, 2)}\n`);
}
