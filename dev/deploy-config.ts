import { join } from "node:path";
import { unstable_readConfig } from "wrangler";
import { ConfigError, parseConfig } from "../src/config/index.ts";
import { projectDir } from "./processes.ts";

export type DeployConfig = {
  /** The pinned public origin; empty when each request's own origin is used. */
  publicUrl: string;
  /** The secrets that the Worker takes. An optional one may be left out. */
  secrets: readonly { name: string; isOptional: boolean }[];
  /** What is wrong with the variables, each with what to do; nothing when they are ready. */
  problems: readonly string[];
};

/** What stands in for a secret's value, which this machine need not know, while the rest is checked. */
const anySecret = "x".repeat(64);

/**
 * Reads the variables of wrangler.jsonc and checks them as the Worker itself will.
 *
 * @throws Error when wrangler.jsonc cannot be read.
 */
export function readDeployConfig(): DeployConfig {
  const { vars } = unstable_readConfig({ config: join(projectDir, "wrangler.jsonc") });
  const secrets =
    vars.IDP === "github"
      ? [
          { name: "SESSION_SECRET", isOptional: false },
          { name: "GITHUB_CLIENT_SECRET", isOptional: false },
        ]
      : [
          { name: "SESSION_SECRET", isOptional: false },
          { name: "OIDC_CLIENT_SECRET", isOptional: true },
        ];
  const misplaced = secrets
    .filter(({ name }) => vars[name])
    .map(({ name }) => `${name} is a secret: take it out of wrangler.jsonc, it is asked for`);
  const stand = Object.fromEntries(secrets.map(({ name }) => [name, anySecret]));
  return {
    publicUrl: String(vars.PUBLIC_URL ?? ""),
    secrets,
    problems: [...misplaced, ...problemsOf({ ...vars, ...stand })],
  };
}

function problemsOf(env: object): readonly string[] {
  try {
    parseConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}
