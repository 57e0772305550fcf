import { chmod, writeFile } from "node:fs/promises";

/**
 * Writes variables in the format of .env files, so that wrangler reads back exactly these values.
 * Only the owner may read the file: some of the values are secrets.
 *
 * @throws Error for a value that the format cannot hold.
 */
export async function writeEnvFile(path: string, vars: Record<string, string>): Promise<void> {
  const lines = Object.entries(vars).map(([name, value]) => `${name}=${quote(name, value)}\n`);
  await writeFile(path, lines.join(""), { mode: 0o600 });
  // The mode above counts only for a new file.
  await chmod(path, 0o600);
}

function quote(name: string, value: string): string {
  // In single quotes and backticks nothing is special but `$`, which names another variable.
  const mark = ["'", "`"].find((candidate) => !value.includes(candidate));
  if (mark === undefined) {
    throw new Error(
      `${name} holds both ' and \`, which an .env file cannot express. Change its value.`,
    );
  }
  return `${mark}${value.replaceAll("$", "\\$")}${mark}`;
}
