import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * Writes files into a folder, all or none: each is complete before the first takes its name.
 *
 * @param files the text by name.
 */
export async function writeFiles(
  folder: string,
  files: ReadonlyMap<string, string>,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const unfinished = (name: string) => join(folder, `.${name}.${process.pid}.unfinished`);
  try {
    for (const [name, text] of files) await writeFile(unfinished(name), text, { flag: "wx" });
    for (const name of files.keys()) await rename(unfinished(name), join(folder, name));
  } finally {
    for (const name of files.keys()) await rm(unfinished(name), { force: true });
  }
}
