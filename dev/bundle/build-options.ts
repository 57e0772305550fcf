import { join } from "node:path";
import { unstable_readConfig } from "wrangler";
import { projectDir } from "../server/processes.ts";

/** The Worker that is deployed, and how wrangler builds it. */
export const projectConfig = join(projectDir, "wrangler.jsonc");

/** What `alias` in wrangler.jsonc has: what is imported, to the file that is built in its place. */
export function projectAliases(): Readonly<Record<string, string>> {
  return unstable_readConfig({ config: projectConfig }).alias ?? {};
}

/**
 * Arguments by which wrangler builds the Worker of another configuration as it builds the one that is deployed.
 * What `build` there makes has to be there: `writePrebuiltLibraries`.
 */
export function builtAsDeployed(): string[] {
  const { minify } = unstable_readConfig({ config: projectConfig });
  const aliases = Object.entries(projectAliases()).flatMap(([name, file]) => [
    "--alias",
    `${name}:${join(projectDir, file)}`,
  ]);
  return [...(minify ? ["--minify"] : []), ...aliases];
}
