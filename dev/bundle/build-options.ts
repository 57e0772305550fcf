import { join } from "node:path";
import { unstable_readConfig } from "wrangler";
import { projectDir } from "../server/processes.ts";

/** The Worker that is deployed, and how wrangler builds it. */
export const projectConfig = join(projectDir, "wrangler.jsonc");

/** `alias` in wrangler.jsonc: from the imported name to the file that is built in its place. */
export function projectAliases(): Readonly<Record<string, string>> {
  return unstable_readConfig({ config: projectConfig }).alias ?? {};
}

/** The runtime that the deployed Worker asks for. */
export function projectRuntime() {
  const { compatibility_date, compatibility_flags } = unstable_readConfig({
    config: projectConfig,
  });
  return { compatibility_date, compatibility_flags };
}

/**
 * Arguments that make wrangler build another configuration's Worker as it builds the deployed one. The output of
 * the deployed one's `build` has to exist: `writePrebuiltLibraries`.
 */
export function builtAsDeployed(): string[] {
  const { minify } = unstable_readConfig({ config: projectConfig });
  const aliases = Object.entries(projectAliases()).flatMap(([name, file]) => [
    "--alias",
    `${name}:${join(projectDir, file)}`,
  ]);
  return [...(minify ? ["--minify"] : []), ...aliases];
}
