import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem, type } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import * as z from "zod";
import { projectDir } from "../../dev/server/processes.ts";

/** Where and with what a benchmark was run. */
export type Machine = {
  readonly date: string;
  /** Of this repository; "+" after it when files were changed since. */
  readonly commit: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  /** Of one minute, before anything was started: above 0 the machine had other work as well. */
  readonly loadBefore: number;
  readonly versions: Readonly<Record<string, string>>;
};

const packages = [
  "workerd",
  "wrangler",
  "miniflare",
  "@cloudflare/workers-oauth-provider",
  "agents",
  "@modelcontextprotocol/sdk",
  "@modelcontextprotocol/server",
];

export async function describeMachine(): Promise<Machine> {
  const cores = cpus();
  return {
    date: new Date().toISOString(),
    commit: await commit(),
    cpu: cores[0]?.model ?? "unknown",
    cores: cores.length,
    memoryGiB: Math.round(totalmem() / 1_024 ** 3),
    system: `${type()} ${release()}`,
    loadBefore: loadavg()[0] ?? 0,
    versions: {
      node: process.versions.node,
      ...Object.fromEntries(packages.map((name) => [name, versionOf(name)])),
    },
  };
}

function versionOf(name: string): string {
  const file = join(projectDir, "node_modules", name, "package.json");
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(file, "utf8"))).version;
}

/** A copy without its history, or a machine without git, has none. */
async function commit(): Promise<string> {
  const git = async (...args: string[]) =>
    (await promisify(execFile)("git", args, { cwd: projectDir })).stdout.trim();
  try {
    const changed = await git("status", "--porcelain");
    return `${await git("rev-parse", "--short", "HEAD")}${changed === "" ? "" : "+"}`;
  } catch {
    return "unknown";
  }
}
