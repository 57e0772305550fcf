import { runWrangler } from "../server/wrangler.ts";

/** What wrangler says of an upload. */
export type UploadSize = {
  readonly uploadKiB: number;
  readonly gzipKiB: number;
};

/**
 * Builds a Worker as `wrangler deploy` would upload it, and uploads nothing.
 *
 * @param args what to build, and where to: more arguments of `wrangler deploy`.
 * @throws Error with wrangler's output when the build fails.
 */
export async function buildUpload(args: readonly string[]): Promise<UploadSize> {
  const output = await runWrangler(["deploy", "--dry-run", ...args]);
  const [, uploadKiB, gzipKiB] =
    /Total Upload: ([\d.]+) KiB \/ gzip: ([\d.]+) KiB/.exec(output) ?? [];
  if (uploadKiB === undefined || gzipKiB === undefined) {
    throw new Error(`wrangler did not say how large the upload is. It said:\n${output}`);
  }
  return { uploadKiB: Number(uploadKiB), gzipKiB: Number(gzipKiB) };
}
