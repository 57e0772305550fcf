import { join } from "node:path";
import { hasWholeGuide } from "../../dev/commands/start-guide.ts";
import { findFreePort } from "../../dev/local-servers/free-port.ts";
import { type NodeProcessOptions, startNode } from "../../dev/server/processes.ts";

/** Runs what an npm script of a copy of the project runs. */
function script(project: string, args: readonly string[], options: NodeProcessOptions = {}) {
  return startNode(join(project, "dev/bootstrap.mjs"), args, options);
}

/** No step takes as long, on a slow machine either. One that does waits for what never comes. */
const BOUND_MS = 60 * 60_000;
const START_BOUND_MS = 5 * 60_000;

/**
 * Runs an npm script of a copy to its end.
 *
 * @param args what package.json has behind dev/bootstrap.mjs.
 * @param options of its process.
 * @returns what it printed. @throws Error with that when it fails, or has not ended in an hour.
 */
export async function runScript(
  project: string,
  args: readonly string[],
  options: NodeProcessOptions = {},
): Promise<string> {
  const command = script(project, args, options);
  const timer = setTimeout(() => void command.stop(), BOUND_MS);
  const code = await command.exited;
  clearTimeout(timer);
  if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}:\n${command.output()}`);
  return command.output();
}

/**
 * Starts a copy with `npm start`, asks for its health, and lists its tools as alice with `npm run try`.
 *
 * @param args of `npm start`.
 * @returns what `npm run try` printed. @throws Error with the output of what failed, or did not start in five minutes.
 */
export async function startAndList(project: string, args: readonly string[]): Promise<string> {
  const port = await findFreePort();
  const env = { PORT: String(port) };
  const isRunning = Promise.withResolvers<void>();
  const server = script(project, ["dev/commands/start.ts", ...args], {
    env,
    onOutput: () => {
      if (hasWholeGuide(server.output())) isRunning.resolve();
    },
  });
  void server.exited.then((code) =>
    isRunning.reject(new Error(`npm start ended with ${code}:\n${server.output()}`)),
  );
  const timer = setTimeout(
    () => isRunning.reject(new Error(`npm start does not get ready:\n${server.output()}`)),
    START_BOUND_MS,
  );
  try {
    await isRunning.promise;
    const health = await fetch(`http://localhost:${port}/health`);
    if (!health.ok) throw new Error(`/health answered ${health.status}:\n${server.output()}`);
    return await runScript(project, ["dev/commands/try.ts", "--user", "alice"], { env });
  } finally {
    clearTimeout(timer);
    await server.stop();
  }
}
