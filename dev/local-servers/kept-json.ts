import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Returns what the file holds; when there is none, makes it, and keeps it there for the next time,
 * readable by its owner only.
 *
 * @param file undefined keeps nothing.
 * @param isValid says whether the file holds what is expected.
 * @throws Error when the file cannot be read or written, or holds something else.
 */
export async function keepJson<Value>(
  file: string | undefined,
  isValid: (value: unknown) => value is Value,
  make: () => Value,
): Promise<Value> {
  if (file === undefined) return make();
  const kept = await readIfThere(file);
  if (kept !== undefined) {
    const value = parse(kept);
    if (isValid(value)) return value;
    throw new Error(`${file} does not hold what it should. Delete it: it will be made again.`);
  }
  const value = make();
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify(value), { mode: 0o600 });
  return value;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
