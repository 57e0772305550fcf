import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { onTestFinished } from "vitest";
import { findFreePort } from "../../dev/local-servers/free-port.ts";
import { clientEnvironment, projectDir } from "./stdio-client.ts";

/** A home folder of the test's own, where the Inspector keeps who has signed in. */
export async function inspectorHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), "inspector-"));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  return home;
}

/** Runs the Inspector's command line, signed in as alice, and returns what it printed. */
export async function inspect(
  url: string,
  transport: "http" | "sse",
  ...more: string[]
): Promise<string> {
  return inspectFrom(await inspectorHome(), url, transport, ...more);
}

/** The same, from a home folder: as alice signs in there at the first time, she stays signed in. */
export async function inspectFrom(
  home: string,
  url: string,
  transport: "http" | "sse",
  ...more: string[]
): Promise<string> {
  const { stdout } = await promisify(execFile)(
    join(projectDir, "node_modules/.bin/inspector"),
    ["--cli", "--server-url", url, "--transport", transport, "--format", "json", ...more],
    {
      env: clientEnvironment("alice", {
        HOME: home,
        MCP_AUTO_OPEN_ENABLED: "true",
        // Its own choice is one port for all Inspectors of a machine.
        MCP_OAUTH_CALLBACK_URL: `http://127.0.0.1:${await findFreePort()}/oauth/callback`,
        MCP_INSPECTOR_SECRET_STORE: "file",
      }),
      timeout: 60_000,
    },
  );
  return stdout;
}
