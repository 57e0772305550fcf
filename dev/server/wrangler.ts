import {
  type NodeProcess,
  type NodeProcessOptions,
  packageScript,
  startNode,
} from "./processes.ts";

/**
 * Keeps wrangler to this machine: no look-up of request.cf, no metrics, no notice of new versions;
 * and no log files in the person's home, as what it prints is kept anyway.
 */
const offline = {
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_HIDE_BANNER: "true",
  WRANGLER_WRITE_LOGS: "false",
};

/** Starts a wrangler command, which has no terminal and so asks nothing. */
export function startWrangler(args: readonly string[], options: NodeProcessOptions): NodeProcess {
  return startNode(packageScript("wrangler", "wrangler-dist/cli.js"), args, {
    ...options,
    env: { ...offline, ...options.env },
  });
}

/**
 * Runs a wrangler command to its end, and returns what it wrote to stdout.
 *
 * @throws Error with wrangler's output when the command fails.
 */
export async function runWrangler(
  args: readonly string[],
  options: NodeProcessOptions = {},
): Promise<string> {
  const command = startWrangler(args, options);
  const code = await command.exited;
  if (code !== 0) {
    throw new Error(`wrangler ${args.join(" ")} failed (exit code ${code}):\n${command.output()}`);
  }
  return command.stdout();
}
