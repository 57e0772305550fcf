import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";

/**
 * Makes the access tokens that mcp-remote has stored useless, as their end does.
 *
 * @returns how many there were.
 */
export async function spoilAccessTokens(configDir: string): Promise<number> {
  const files = await readdir(configDir, { recursive: true });
  const tokens = files.filter((file) => file.endsWith("_tokens.json"));
  for (const file of tokens) {
    const path = join(configDir, file);
    const stored = z
      .looseObject({ access_token: z.string() })
      .parse(JSON.parse(await readFile(path, "utf8")));
    await writeFile(path, JSON.stringify({ ...stored, access_token: "expired" }));
  }
  return tokens.length;
}
