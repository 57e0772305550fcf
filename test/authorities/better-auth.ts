import { execFile, fork } from "node:child_process";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

/** The one that the last run was made with. */
const VERSION = "1.4.22";

export type Authority = {
  /** As the Worker's variables have it. */
  vars: Record<string, string>;
  /** Its userinfo endpoint, which takes the tokens of a sign-in: the base of its address, and the rest. */
  userInfo: readonly [base: string, path: string];
  /** What to ask for, so that tokens can be renewed. */
  scopes: string;
  stop(): Promise<void>;
};

/** Installs better-auth into a folder of its own, and runs it. Its client is registered for Basic. */
export async function startBetterAuth(redirectUri: string): Promise<Authority> {
  const folder = await mkdtemp(join(tmpdir(), "gatehouse-better-auth-"));
  await writeFile(join(folder, "package.json"), '{ "private": true, "type": "module" }');
  await promisify(execFile)(
    "npm",
    ["install", "--ignore-scripts", "--no-audit", "--no-fund", `better-auth@${VERSION}`],
    { cwd: folder },
  );
  const program = join(folder, "better-auth.mjs");
  await cp(new URL("better-auth.mjs", import.meta.url), program);
  const client = { clientId: "gate-house_1", clientSecret: "s-e_c.r~e*t" };
  const settings = JSON.stringify({ ...client, redirectUri, email: "alice@example.com" });
  const child = fork(program, [settings], { stdio: ["ignore", "pipe", "inherit", "ipc"] });
  if (child.stdout === null) throw new TypeError("better-auth has no output");
  const [origin = ""] = await firstLine(child.stdout);
  return {
    vars: {
      OIDC_ISSUER: origin,
      OIDC_DISCOVERY_URL: `${origin}/api/auth/.well-known/openid-configuration`,
      OIDC_CLIENT_ID: client.clientId,
      OIDC_CLIENT_SECRET: client.clientSecret,
    },
    userInfo: [`${origin}/api/auth/oauth2`, "userinfo"],
    scopes: "openid profile email offline_access",
    async stop() {
      child.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function firstLine(output: NodeJS.ReadableStream): Promise<string[]> {
  const { promise, resolve, reject } = Promise.withResolvers<string[]>();
  createInterface(output).on("line", (line) => line.startsWith("http") && resolve([line]));
  output.once("end", () => reject(new Error("better-auth ended before it was ready")));
  return promise;
}
