import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";

export const projectDir = fileURLToPath(new URL("../..", import.meta.url));
const bin = (command: string) => join(projectDir, "node_modules/.bin", command);

/** The environment in which clients find Node.js, and a browser that signs in by itself. */
export function clientEnvironment(
  person: "alice" | "bob",
  more: Record<string, string> = {},
): Record<string, string> {
  return {
    PATH: `${join(projectDir, "node_modules/.bin")}:${process.env.PATH ?? ""}`,
    HOME: process.env.HOME ?? "",
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? "",
    BROWSER: join(projectDir, "test/support/browser-stand-in.ts"),
    GATEHOUSE_TEST_USER: person,
    ...more,
  };
}

/**
 * mcp-remote over stdio, as Claude Desktop runs it, with a folder of its own for what it remembers.
 *
 * @returns a client of the SDK at its other end; `log()` is what mcp-remote printed.
 */
export async function connectMcpRemote(
  url: string,
  person: "alice" | "bob",
  options: { configDir?: string; args?: readonly string[]; scopes?: string } = {},
): Promise<{ client: Client; log(): string; close(): Promise<void> }> {
  const { configDir, args = [], scopes } = options;
  const ownDir = configDir === undefined ? await mkdtemp(join(tmpdir(), "mcp-remote-")) : undefined;
  const folder = configDir ?? ownDir ?? "";
  const browserLog = join(folder, "browser.log");
  const transport = new StdioClientTransport({
    command: bin("mcp-remote"),
    args: [url, ...args],
    env: clientEnvironment(person, {
      MCP_REMOTE_CONFIG_DIR: folder,
      GATEHOUSE_TEST_LOG: browserLog,
      ...(scopes !== undefined && { GATEHOUSE_TEST_SCOPES: scopes }),
    }),
    stderr: "pipe",
  });
  let printed = "";
  transport.stderr?.on("data", (chunk) => {
    printed += String(chunk);
  });
  const client = new Client({ name: "stdio-test", version: "1" });
  try {
    await client.connect(transport, { timeout: 60_000 });
  } catch (error) {
    await client.close();
    const browser = await readFile(browserLog, "utf8").catch(() => "(the browser was not opened)");
    throw new Error(`mcp-remote did not connect. It printed:\n${printed}\n${browser}`, {
      cause: error,
    });
  }
  return {
    client,
    log: () => printed,
    async close() {
      await client.close();
      if (ownDir !== undefined) await rm(ownDir, { recursive: true, force: true });
    },
  };
}
