import { execFile } from "node:child_process";
import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { SubjectName } from "./measured.ts";

/** Exactly these are measured; they are no dependencies of the project. */
export const peerPackages = {
  "@cloudflare/codemode": "0.5.6",
  "mcp-use": "2.5.2",
  // Peer dependencies of the first, and of what it imports.
  "@cfworker/json-schema": "4.1.6",
  "@modelcontextprotocol/sdk": "1.32.2",
  zod: "4.6.7",
};

export type Peer = { readonly subject: SubjectName; readonly module: string };

const peers: readonly SubjectName[] = ["connector", "from-openapi", "search-and-execute"];

/**
 * Installs the peers into a folder of their own; no script of theirs runs.
 *
 * @throws Error when npm cannot, such as without a network.
 */
export async function installPeers(folder: string): Promise<Peer[]> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), '{ "private": true, "type": "module" }');
  const packages = Object.entries(peerPackages).map(([name, version]) => `${name}@${version}`);
  await promisify(execFile)(
    "npm",
    ["install", "--ignore-scripts", "--no-audit", "--no-fund", ...packages],
    { cwd: folder, timeout: 300_000 },
  );
  return Promise.all(
    peers.map(async (subject) => {
      const module = join(folder, `${subject}.mjs`);
      await cp(new URL(`peers/${subject}.mjs`, import.meta.url), module);
      return { subject, module };
    }),
  );
}
