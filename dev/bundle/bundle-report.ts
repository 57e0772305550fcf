import type { Bundle, BundleRecord } from "./bundle-size.ts";

/** The limits of the gzipped upload, of the engine itself and with what src/ has; docs/performance.md says why. */
const MAX_BARE_KIB = 355;
const MAX_GZIP_KIB = 410;
/** What all of zod adds, with its languages: for `import { z }` in a tool, where `import * as z` is none. */
const WHOLE_ZOD_KIB = 70;

/** @returns the problem of the engine's own size, as text to print; empty when there is none. */
export function bareFaults({ gzipKiB }: { readonly gzipKiB: number }): string {
  return gzipKiB > MAX_BARE_KIB
    ? `The engine itself may have ${MAX_BARE_KIB} KiB gzipped, and has ${gzipKiB.toFixed(1)}.`
    : "";
}

/** @returns the bundle's problems, as text to print; empty when there are none. */
export function bundleFaults(bundle: Bundle, record: BundleRecord): string {
  const limit = MAX_GZIP_KIB + (bundle.hasWholeZod ? WHOLE_ZOD_KIB : 0);
  const isTooLarge = bundle.gzipKiB > limit;
  return [
    ...bundle.problems,
    ...(isTooLarge
      ? [`The bundle may have ${limit} KiB gzipped.`, bundleReport(bundle, record)]
      : []),
  ].join("\n");
}

/** The contents of the bundle, the largest first, and how they differ from the record. */
export function bundleReport(bundle: Bundle, record: BundleRecord): string {
  const gone = Object.keys(record.contents).filter((name) => !(name in bundle.contents));
  const rows = [...Object.keys(bundle.contents), ...gone].map((name) =>
    row(name, bundle.contents[name] ?? 0, record.contents[name] ?? 0),
  );
  return [
    `Gzipped: ${bundle.gzipKiB.toFixed(1)} KiB; ${record.gzipKiB.toFixed(1)} when it was recorded.`,
    "KiB minified, and how much more than recorded:",
    ...rows,
  ].join("\n");
}

function row(name: string, bytes: number, recordedBytes: number): string {
  const more = kib(bytes - recordedBytes);
  const change = Number(more) === 0 ? "" : bytes > recordedBytes ? `+${more}` : more;
  return `${kib(bytes).padStart(8)} ${change.padStart(8)}  ${name}`;
}

const kib = (bytes: number) => (bytes / 1_024).toFixed(1);
