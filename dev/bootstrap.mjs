// What every npm script starts with: `node dev/bootstrap.mjs dev/commands/start.ts [arguments]`.
// It makes sure that the dependencies are those of package-lock.json, then runs the script with a
// Node.js that is new enough. So it must itself run on Node.js 18, with built-in modules only.

import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const binDir = join(root, "node_modules", ".bin");
const isWindows = process.platform === "win32";

/** The first Node.js that runs TypeScript without a flag. */
const minimumNode = [22, 18];

/** A process ended by a signal reports 128 + the signal's number, as shells do. */
function exitCodeOf(code, signal) {
  return code ?? 128 + (constants.signals[signal] ?? 0);
}

/** Our parent and, if /proc has it, the parent's parent. */
function ancestors() {
  try {
    const status = readFileSync(`/proc/${process.ppid}/status`, "utf8");
    return `${process.ppid} ${/^PPid:\s*(\d+)/m.exec(status)?.[1]}`;
  } catch {
    return String(process.ppid);
  }
}

/**
 * npm runs us through a shell. When npm is asked to end, it ends that shell, or only itself, and neither
 * notifies us. All that we can notice is that our ancestors have changed.
 */
function onNpmGone(callback) {
  if (process.env.npm_lifecycle_event === undefined) return () => {};
  const before = ancestors();
  const timer = setInterval(() => {
    if (ancestors() !== before) callback();
  }, 500);
  return () => clearInterval(timer);
}

/**
 * Runs a command to its end, with this terminal, and passes on the signals that arrive meanwhile.
 * The command has an IPC channel to us: when it closes, the command knows that we were killed outright.
 */
function run(command, args, { shell = false, ipc = false } = {}) {
  return new Promise((done) => {
    const child = spawn(command, args, {
      shell,
      cwd: root,
      stdio: ["inherit", "inherit", "inherit", ...(ipc ? ["ipc"] : [])],
      env: { ...process.env, PATH: `${binDir}${delimiter}${process.env.PATH ?? ""}` },
    });
    const forwards = ["SIGINT", "SIGTERM", "SIGHUP"].map((signal) => {
      const forward = () => child.kill(signal);
      process.on(signal, forward);
      return () => process.off(signal, forward);
    });
    const stopWatching = onNpmGone(() => child.kill("SIGTERM"));
    const finish = (code) => {
      for (const off of [...forwards, stopWatching]) off();
      done(code);
    };
    child.on("error", (error) => {
      console.error(`Could not run ${command}: ${error.message}`);
      finish(1);
    });
    child.on("exit", (code, signal) => finish(exitCodeOf(code, signal)));
  });
}

function readLock(file) {
  return JSON.parse(readFileSync(join(root, file), "utf8")).packages;
}

/** Why `npm ci` is needed, or undefined when node_modules holds what package-lock.json names. */
function reasonToInstall() {
  const installedLock = join("node_modules", ".package-lock.json");
  // npm writes this file last, so an interrupted install counts as none.
  if (!existsSync(join(root, installedLock))) return "nothing is installed yet";
  const installed = readLock(installedLock);
  for (const [path, wanted] of Object.entries(readLock("package-lock.json"))) {
    if (path === "" || wanted.link) continue;
    const name = path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
    const found = installed[path];
    if (found === undefined) {
      // Optional packages are mostly builds for other systems.
      if (!wanted.optional) return `${name} is missing`;
    } else if (found.version !== wanted.version) {
      return `${name} is ${found.version}, package-lock.json says ${wanted.version}`;
    }
  }
  return undefined;
}

async function install() {
  const reason = reasonToInstall();
  if (reason === undefined) return;
  console.log(`Installing the dependencies with npm ci (${reason}) …`);
  // On Windows npm is a batch file, which only a shell can start.
  const code = isWindows
    ? await run("npm ci --loglevel=error", [], { shell: true })
    : await run("npm", ["ci", "--loglevel=error"]);
  if (code === 0) return;
  console.error(
    "npm ci failed. Fix the problem that it reports above, then run the same command again.",
  );
  process.exit(code);
}

function newEnoughNode() {
  const bundled = join(binDir, "node");
  if (!isWindows && existsSync(bundled)) return bundled;
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > minimumNode[0] || (major === minimumNode[0] && minor >= minimumNode[1])) {
    return process.execPath;
  }
  console.error(
    `Node.js ${minimumNode.join(".")} or newer is needed, and this is ${process.versions.node}. ` +
      "Install the current LTS release from https://nodejs.org, then run the same command again.",
  );
  return process.exit(1);
}

const [script, ...args] = process.argv.slice(2);
if (script === undefined) {
  console.error(
    "Say which script to run: node dev/bootstrap.mjs dev/commands/start.ts [arguments]",
  );
  process.exit(1);
}
await install();
process.exit(await run(newEnoughNode(), [resolve(root, script), ...args], { ipc: true }));
