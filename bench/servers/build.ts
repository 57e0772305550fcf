import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { buildUpload, type UploadSize } from "../../dev/bundle/worker-build.ts";
import type { Subject } from "./subjects.ts";

/** A Worker as it would be uploaded. */
export type Build = UploadSize & {
  readonly subject: Subject;
  /** The module that is the Worker. */
  readonly script: string;
  /** The whole upload in one file, for `wrangler check startup`. */
  readonly bundle: string;
};

/**
 * Builds a Worker as `wrangler deploy` does, minified, all of them alike.
 *
 * @param folder gets a subfolder for the build.
 * @param entry another entry than its configuration names.
 * @throws Error with wrangler's output when the build fails, or is more than one module.
 */
export async function buildWorker(
  subject: Subject,
  folder: string,
  entry?: string,
): Promise<Build> {
  const outDir = join(folder, subject.name);
  const bundle = join(folder, `${subject.name}.bundle`);
  const size = await buildUpload([
    ...(entry === undefined ? [] : [entry]),
    ...["--config", subject.config, "--minify", "--outdir", outDir, "--outfile", bundle],
  ]);
  const modules = (await readdir(outDir)).filter((file) => !/\.(map|md)$/.test(file));
  const [script] = modules;
  if (script === undefined || modules.length > 1) {
    throw new Error(`${subject.name} should be one module, not ${modules.join(", ") || "none"}`);
  }
  return { subject, script: join(outDir, script), bundle, ...size };
}
