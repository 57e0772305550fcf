import { randomBytes } from "node:crypto";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { newPrivateKeyPem } from "../local-servers/signing-keys.ts";

/** The secrets that only the Worker has to know. */
const made: Readonly<Record<string, () => string>> = {
  SESSION_SECRET: () => randomBytes(32).toString("base64url"),
  IDENTITY_KEY: newPrivateKeyPem,
};

/**
 * Finds a value for each secret that the deployed Worker lacks: SESSION_SECRET and IDENTITY_KEY are
 * generated, others come from the environment variable of the same name, or from a prompt in the terminal.
 *
 * @returns name and value of each; an optional secret that was left empty is not among them.
 * @throws Error naming the secrets that cannot be asked for, or one that is too short.
 */
export async function collectSecrets(
  wanted: readonly { name: string; isOptional: boolean; minLength?: number }[],
): Promise<Record<string, string>> {
  const secrets: Record<string, string> = {};
  const unanswered: string[] = [];
  for (const { name, isOptional, minLength = 0 } of wanted) {
    const value = process.env[name] || made[name]?.() || (await ask(name, isOptional));
    if (value && value.length < minLength) {
      throw new Error(
        `${name} must be at least ${minLength} characters, for example from \`openssl rand -base64 32\`.`,
      );
    }
    if (value) secrets[name] = value;
    else if (!isOptional) unanswered.push(name);
  }
  if (unanswered.length > 0) {
    throw new Error(
      `No value for ${unanswered.join(", ")}. Run this in a terminal, which asks for it, ` +
        `or set an environment variable of the same name.`,
    );
  }
  return secrets;
}

/** Asks without showing the answer. Without a terminal there is none. */
async function ask(name: string, isOptional: boolean): Promise<string> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return "";
  process.stdout.write(`${name}${isOptional ? " (Enter for none)" : ""}: `);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  // In this mode Ctrl+C is an ordinary key, so we handle it.
  terminal.once("SIGINT", () => process.kill(process.pid, "SIGINT"));
  try {
    return (await terminal.question("")).trim();
  } finally {
    terminal.close();
    process.stdout.write("\n");
  }
}
