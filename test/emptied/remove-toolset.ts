import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** The folders of a project's toolsets. */
export async function toolsetsOf(project: string): Promise<string[]> {
  const entries = await readdir(join(project, "src/tools"), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/** Removes a toolset from a project as README.md says: its folder, and its lines in src/server.ts. */
export async function removeToolset(project: string, name: string): Promise<void> {
  await rm(join(project, "src/tools", name), { recursive: true });
  const file = join(project, "src/server.ts");
  await writeFile(file, withoutToolset(await readFile(file, "utf8"), name));
}

/**
 * src/server.ts without the imports of a toolset's folder, and without what they import in the lists.
 *
 * @param source has each import in one line, as the formatter writes it, and each list between brackets.
 * @throws Error when it imports nothing of the toolset.
 */
export function withoutToolset(source: string, name: string): string {
  const imported: string[] = [];
  const lines = source.split("\n").filter((line) => {
    const [, names, path] = /^import \{ (.+) \} from "(.+)";$/.exec(line) ?? [];
    const isOfToolset = path === `./tools/${name}` || path?.startsWith(`./tools/${name}/`);
    if (isOfToolset) imported.push(...(names?.split(", ") ?? []));
    return !isOfToolset;
  });
  if (imported.length === 0) throw new Error(`src/server.ts imports nothing of src/tools/${name}`);
  return lines.join("\n").replaceAll(/\[([^[\]]*)\]/g, (_list, entries: string) => {
    const kept = entries
      .split(",")
      .map((entry) => entry.trim())
      .filter((entry) => entry !== "" && !imported.includes(entry));
    return `[${kept.join(", ")}]`;
  });
}
