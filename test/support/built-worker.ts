import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { buildUpload } from "../../dev/bundle/worker-build.ts";
import { projectDir } from "../../dev/server/processes.ts";
import { runWrangler } from "../../dev/server/wrangler.ts";

/** A Worker under test: a configuration of wrangler and, where it is not the one there, an entry. */
export type TestedWorker = { readonly config: string; readonly main?: string };

/** What is built of a Worker once, for all servers of all tests. Each is a path. */
export type BuiltWorker = {
  /** The one file that `wrangler deploy` would upload. */
  readonly script: string;
  /** What Miniflare is given for the configuration, as JSON. */
  readonly options: string;
  /** What `wrangler dev` would keep of a database that has its tables and no rows. */
  readonly emptyState: string;
};

const kept = join(projectDir, ".wrangler", "built-for-tests");
const KEPT_MS = 24 * 60 * 60_000;

/** All that builds read of this project, beside files of tests. While none of it changes, neither do they. */
const INPUTS = ["src", "dev", "test", "migrations", "wrangler.jsonc", "package-lock.json"];

/**
 * Builds a Worker as it is deployed, and a database for it; or finds both as they were built of the same files before.
 *
 * @throws Error with wrangler's output when the build or a migration fails.
 */
export async function buildWorker(worker: TestedWorker): Promise<BuiltWorker> {
  const folder = join(kept, await keyOf(worker));
  if (existsSync(folder)) {
    await utimes(folder, new Date(), new Date());
  } else {
    await removeOld();
    const begun = `${folder}.${randomUUID()}`;
    await build(worker, begun);
    // Another process may have built the same meanwhile.
    await rename(begun, folder).catch(async (error: unknown) => {
      await rm(begun, { recursive: true });
      if (!existsSync(folder)) throw error;
    });
  }
  return filesOf(folder);
}

async function filesOf(folder: string): Promise<BuiltWorker> {
  const upload = join(folder, "upload");
  const [script = ""] = (await readdir(upload)).filter((name) => name.endsWith(".js"));
  return {
    script: join(upload, script),
    options: join(folder, "options.json"),
    emptyState: join(folder, "state"),
  };
}

async function build({ config, main }: TestedWorker, folder: string): Promise<void> {
  // Loaded here alone: it takes longer than all else where the Worker is there already.
  const [{ unstable_getMiniflareWorkerOptions, unstable_readConfig }, options, prebuilt] =
    await Promise.all([
      import("wrangler"),
      import("../../dev/bundle/build-options.ts"),
      import("../../dev/bundle/prebuilt-libraries.ts"),
    ]);
  const file = join(projectDir, config);
  const isOfProject = file === options.projectConfig;
  // Of wrangler.jsonc itself, wrangler does so.
  if (!isOfProject) await prebuilt.writePrebuiltLibraries();
  await Promise.all([
    buildUpload([
      ...(main === undefined ? [] : [main]),
      ...["--outdir", join(folder, "upload"), "--config", file],
      ...(isOfProject ? [] : options.builtAsDeployed()),
    ]),
    runWrangler([
      ...["d1", "migrations", "apply", "DB", "--local"],
      ...["--config", file, "--persist-to", join(folder, "state")],
    ]),
  ]);
  const { workerOptions } = unstable_getMiniflareWorkerOptions(file);
  // Without what .dev.vars has for the developer's own server.
  const { name, vars } = unstable_readConfig({ config: file });
  const given = JSON.stringify({ ...workerOptions, name, bindings: vars });
  await writeFile(join(folder, "options.json"), given);
}

async function keyOf(worker: TestedWorker): Promise<string> {
  const files = (await Promise.all(INPUTS.map(filesIn))).flat().sort();
  const hash = createHash("sha256").update(JSON.stringify([worker, projectDir]));
  for (const file of files) {
    hash.update(`\0${relative(projectDir, file)}\0`).update(await readFile(file));
  }
  return hash.digest("hex").slice(0, 24);
}

async function filesIn(path: string): Promise<string[]> {
  const at = join(projectDir, path);
  if (!(await stat(at)).isDirectory()) return [at];
  const entries = await readdir(at, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
    .map(({ parentPath, name }) => join(parentPath, name));
}

async function removeOld(): Promise<void> {
  await mkdir(kept, { recursive: true });
  for (const name of await readdir(kept)) {
    const { mtimeMs } = await stat(join(kept, name));
    if (mtimeMs < Date.now() - KEPT_MS) await rm(join(kept, name), { recursive: true });
  }
}
