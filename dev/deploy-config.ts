import { join } from "node:path";
import { unstable_readConfig } from "wrangler";
import { projectDir } from "./processes.ts";
import "./worker-modules.mjs";

const { ConfigError, parseConfig } = await import("../src/engine/config/index.ts");
const { identityProviders } = await import("../src/engine/providers/index.ts");

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
export function readDeployConfig(): DeployConfig {
  const { vars } = unstable_readConfig({ config: join(projectDir, "wrangler.jsonc") });
  const oneOf = vars.AS_CLIENT_ID ? ["AS_CLIENT_SECRET", "AS_PRIVATE_KEY"] : [];
  const signIn = vars.AUTH_MODE === "provider" ? signInSecrets(vars.IDP) : [];
  const secrets = [
    { name: "SESSION_SECRET", isOptional: false },
    ...signIn.flatMap(({ name, ask }) =>
      ask === "no" ? [] : [{ name, isOptional: ask === "may" }],
    ),
    ...oneOf.map((name) => ({ name, isOptional: true })),
  ];
  const misplaced = [...new Set([...secrets, ...signIn].map(({ name }) => name))]
    .filter((name) => vars[name])
    .map((name) => `${name} is a secret: take it out of wrangler.jsonc, it is asked for`);
  const needed = secrets.filter(({ name }) => name !== "AS_PRIVATE_KEY");
  const stand = Object.fromEntries(needed.map(({ name }) => [name, anySecret]));
  return {
    publicUrl: String(vars.PUBLIC_URL ?? ""),
    secrets,
    oneOf,
    problems: [...misplaced, ...problemsOf({ ...vars, ...stand })],
  };
}

/** What the chosen identity provider declares. None, where IDP names none: that is a problem of its own. */
function signInSecrets(idp: unknown) {
  const [first] = identityProviders;
  const chosen = idp ? identityProviders.find(({ name }) => name === idp) : first;
  return chosen?.secrets ?? [];
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
