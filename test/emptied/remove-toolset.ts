import { existsSync } from "node:fs";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** The folders of a project's toolsets. */
export async function toolsetsOf(project: string): Promise<string[]> {
  const folder = join(project, "src/tools");
  if (!existsSync(folder)) return [];
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/** Removes a toolset from a project as README.md says: its folder, and its lines in src/server.ts. */
export async function removeToolset(project: string, name: string): Promise<void> {
  await rm(join(project, "src/tools", name), { recursive: true });
  const file = join(project, "src/server.ts");
  await writeFile(file, withoutToolset(await readFile(file, "utf8"), name));
}

const NAMED_IMPORT = /^import \{([^}]*)\} from "([^"]+)";\n/gm;
const LIST = /\[([^[\]]*)\]/g;

/**
 * src/server.ts without the imports from a toolset's folder, and without what they import in the lists.
 *
 * @param source imports by name, as the formatter writes it.
 */
export function withoutToolset(source: string, name: string): string {
  const imported = new Set<string>();
  const importing = source.replaceAll(NAMED_IMPORT, (line, names: string, path: string) => {
    if (path !== `./tools/${name}` && !path.startsWith(`./tools/${name}/`)) return line;
    for (const one of entriesOf(names)) imported.add(one);
    return "";
  });
  return importing.replaceAll(LIST, (_list, entries: string) => {
    const kept = entriesOf(entries).filter((entry) => !imported.has(entry));
    return `[${kept.join(", ")}]`;
  });
}

/** What a list between braces or brackets has in it. */
function entriesOf(list: string): string[] {
  return list
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
}
