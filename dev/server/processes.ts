import { type ChildProcess, spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's folder, with package.json and wrangler.jsonc. */
export const projectDir = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const endWithParent = new URL("./end-with-parent.mjs", import.meta.url).href;
const isWindows = process.platform === "win32";
const maxOutputChars = 1_000_000;

/** How long a process may take to end on its own after it was asked to. */
const graceMs = 5_000;

export type NodeProcessOptions = {
  /** Added to this process's own environment. */
  env?: Record<string, string>;
  /** Gets what the process writes to stdout and stderr, as it comes. */
  onOutput?: (text: string) => void;
};

export type NodeProcess = {
  /** Everything written so far, to stdout and stderr (the last million characters of it). */
  output(): string;
  /** What of it was written to stdout. */
  stdout(): string;
  /** Resolves with the exit code when the process has ended; never rejects. */
  readonly exited: Promise<number>;
  /** Ends the process and everything that it started. Resolves when they have ended; may be called again. */
  stop(): Promise<void>;
};

/**
 * Starts a script with this Node.js, in the project's folder and in a process group of its own, so
 * that `stop()` reaches whatever it starts in turn and Ctrl+C in the terminal does not end it
 * before its starter says so.
 */
export function startNode(
  script: string,
  args: readonly string[],
  options: NodeProcessOptions = {},
): NodeProcess {
  const child = spawn(process.execPath, ["--import", endWithParent, script, ...args], {
    cwd: projectDir,
    detached: !isWindows,
    windowsHide: true,
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  let output = "";
  let stdout = "";
  const collect = (text: string) => {
    output = (output + text).slice(-maxOutputChars);
    options.onOutput?.(text);
  };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout = (stdout + text).slice(-maxOutputChars);
    collect(text);
  });
  child.stderr?.setEncoding("utf8").on("data", collect);

  const exited = new Promise<number>((resolve) => {
    child.once("error", (error) => {
      collect(`Could not run ${script}: ${error.message}\n`);
      resolve(1);
    });
    // "close" comes after the last output, "exit" may come before it. But "close" also waits for
    // grandchildren that hold the pipes, so what is left of the group ends first.
    child.once("exit", () => signalGroup(child, "SIGKILL"));
    child.once("close", (code) => resolve(code ?? 1));
  });
  // A process that ends us (process.exit, an uncaught error) skips stop().
  const killNow = () => signalGroup(child, "SIGKILL");
  process.once("exit", killNow);
  void exited.then(() => process.off("exit", killNow));

  return {
    output: () => output,
    stdout: () => stdout,
    exited,
    async stop() {
      signalGroup(child, "SIGTERM");
      const timer = setTimeout(killNow, graceMs);
      await exited;
      clearTimeout(timer);
    },
  };
}

function signalGroup(child: ChildProcess, signal: "SIGTERM" | "SIGKILL"): void {
  if (child.pid === undefined) return;
  try {
    process.kill(isWindows ? child.pid : -child.pid, signal);
  } catch {
    // The group has already ended, as intended.
  }
}

/** The script behind a package's command, for {@link startNode}. */
export function packageScript(packageName: string, path: string): string {
  return join(projectDir, "node_modules", packageName, path);
}
