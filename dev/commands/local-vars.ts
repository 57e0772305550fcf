import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { keepJson } from "../local-servers/kept-json.ts";
import { newPrivateKeyPem } from "../local-servers/signing-keys.ts";
import { projectDir } from "../server/processes.ts";

type Vars = Record<string, string>;

/** What `npm start` keeps from one start to the next. */
export const localStateDir = join(projectDir, ".wrangler", "gatehouse");

/**
 * What the person has set in .dev.vars; empty without that file.
 *
 * @param folder where the file is: beside wrangler.jsonc.
 * @throws Error when the file cannot be read.
 */
export async function readDevVars(folder: string): Promise<Vars> {
  const file = join(folder, ".dev.vars");
  if (!existsSync(file)) return {};
  const vars = Object.entries(parseEnv(await readFile(file, "utf8")));
  return Object.fromEntries(vars.flatMap(([name, value]) => (value ? [[name, value]] : [])));
}

/** Whether these variables configure who signs people in, so that no local provider is needed. */
export function bringsIdentityProvider(vars: Vars): boolean {
  const names = ["IDP", "OIDC_ISSUER", "GITHUB_CLIENT_ID", "CLOUDFLARE_CLIENT_ID", "AS_ISSUER"];
  return names.some((name) => vars[name] !== undefined);
}

/** A secret for sealing sessions, made at the first start and kept, so that sessions outlive a restart. */
export const keepSessionSecret = (stateDir: string) => keepSecret(stateDir, "session-secret");

/** What `npm run revoke` authenticates with at the server on this machine. */
export const keepOperatorSecret = (stateDir: string) => keepSecret(stateDir, "operator-secret");

/** The key that signs who people are, if the server has an API that needs that. */
export const keepIdentityKey = (stateDir: string) =>
  keepSecret(stateDir, "identity-key", newPrivateKeyPem);

const randomSecret = () => randomBytes(32).toString("base64url");

function keepSecret(stateDir: string, name: string, make = randomSecret): Promise<string> {
  return keepJson(join(stateDir, `${name}.json`), (value) => typeof value === "string", make);
}
