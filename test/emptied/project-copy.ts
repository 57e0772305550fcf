import { cp, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { projectDir } from "../../dev/server/processes.ts";

/** What is made here, or belongs to this clone. */
const LEFT_OUT = new Set([
  ...[".git", ".wrangler", ".dev.vars", ".env", "node_modules"],
  "worker-configuration.d.ts",
]);

/**
 * Copies the project, as a fresh clone has it, into a folder of its own. The packages are those of this project.
 *
 * @returns the copy's folder, and what removes it.
 */
export async function copyProject(): Promise<{ folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "gatehouse-copy-"));
  for (const name of await readdir(projectDir)) {
    if (LEFT_OUT.has(name)) continue;
    await cp(join(projectDir, name), join(folder, name), {
      recursive: true,
      filter: (path) => !LEFT_OUT.has(basename(path)),
    });
  }
  await symlink(join(projectDir, "node_modules"), join(folder, "node_modules"));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
