import { join } from "node:path";
import { unstable_readConfig } from "wrangler";
import { ConfigError, type Declared, parseConfig } from "../src/engine/config/index.ts";
import { projectDir } from "./processes.ts";
import { loadServerDefinition } from "./server-definition.ts";

type Secret = { name: string; isOptional: boolean };

export type DeployConfig = {
  /** The pinned public origin; empty when each request's own origin is used. */
  publicUrl: string;
  /** The secrets that the Worker takes. An optional one may be left out. */
  secrets: readonly Secret[];
  /** Of these one must be there, if there are any. */
  oneOf: readonly string[];
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
export async function readDeployConfig(): Promise<DeployConfig> {
  const { vars } = unstable_readConfig({ config: join(projectDir, "wrangler.jsonc") });
  const oneOf = vars.AS_CLIENT_ID ? ["AS_CLIENT_SECRET", "AS_PRIVATE_KEY"] : [];
  const secrets = [
    { name: "SESSION_SECRET", isOptional: false },
    ...(vars.AUTH_MODE === "provider" ? signInSecrets(vars.IDP) : []),
    ...oneOf.map((name) => ({ name, isOptional: true })),
  ];
  const misplaced = secrets
    .filter(({ name }) => vars[name])
    .map(({ name }) => `${name} is a secret: take it out of wrangler.jsonc, it is asked for`);
  const needed = secrets.filter(({ name }) => name !== "AS_PRIVATE_KEY");
  const stand = Object.fromEntries(needed.map(({ name }) => [name, anySecret]));
  return {
    publicUrl: String(vars.PUBLIC_URL ?? ""),
    secrets,
    oneOf,
    problems: [...misplaced, ...problemsOf({ ...vars, ...stand }, await loadServerDefinition())],
  };
}

function signInSecrets(idp: unknown): Secret[] {
  switch (idp) {
    case "github":
      return [{ name: "GITHUB_CLIENT_SECRET", isOptional: false }];
    case "cloudflare":
      return [{ name: "CLOUDFLARE_CLIENT_SECRET", isOptional: false }];
    default:
      return [{ name: "OIDC_CLIENT_SECRET", isOptional: true }];
  }
}

function problemsOf(env: object, definition: Declared): readonly string[] {
  try {
    parseConfig(env, definition);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}
