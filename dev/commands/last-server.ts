import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { localStateDir } from "./local-vars.ts";
import { defaultPort } from "./start-guide.ts";

const schema = z.object({ origin: z.url() });
const fileIn = (stateDir: string) => join(stateDir, "server.json");

/** Lets other commands find the server that `npm start` runs, whatever its port. */
export async function rememberServer(origin: string, stateDir = localStateDir): Promise<void> {
  await mkdir(stateDir, { recursive: true });
  await writeFile(fileIn(stateDir), JSON.stringify({ origin }));
}

/**
 * Finds the server on this machine: at PORT, else where `npm start` last served, else at its default port.
 *
 * @returns its origin, such as `http://localhost:8788`.
 */
export async function localServerOrigin(
  port = process.env.PORT,
  stateDir = localStateDir,
): Promise<string> {
  if (port !== undefined && port !== "") return `http://localhost:${port}`;
  const text = await readFile(fileIn(stateDir), "utf8").catch(() => "");
  const remembered = z.preprocess(parseJson, schema).safeParse(text);
  return remembered.success ? remembered.data.origin : `http://localhost:${defaultPort}`;
}

function parseJson(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return undefined;
  }
}
