import { existsSync, readdirSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { builtAsDeployed } from "../bundle/build-options.ts";
import { writePrebuiltLibraries } from "../bundle/prebuilt-libraries.ts";
import { findFreePort, isPortFree } from "../local-servers/free-port.ts";
import { writeEnvFile } from "./env-file.ts";
import { type NodeProcess, projectDir } from "./processes.ts";
import { runWrangler, startWrangler } from "./wrangler.ts";

export type ServerOptions = {
  /** 0 picks a free one. */
  port: number;
  /** Where KV, D1 and Durable Objects are kept; a server started here again finds them as they were. */
  persistDir: string;
  /** Variables and secrets of the Worker. They win over wrangler.jsonc; .dev.vars is not read. */
  vars: Record<string, string>;
  /**
   * Another copy of wrangler.jsonc, with other settings, for the same Worker.
   */
  project?: string;
  /** The https origin of a tunnel; its requests are served as at that origin (workers/tunnel.ts). */
  tunnel?: string;
  /**
   * Another wrangler configuration than wrangler.jsonc, for a Worker that only tests need. It is built
   * in the same way.
   */
  config?: string;
  /** Gets what wrangler and the Worker print, as it comes. */
  onOutput?: (text: string) => void;
  /** How long the Worker's first answer may take; 60 seconds by default. */
  startTimeoutMs?: number;
};

const tunnelWorker = join(projectDir, "dev", "workers", "tunnel.ts");

export type Server = {
  /** Such as `http://localhost:8788`. */
  readonly origin: string;
  readonly port: number;
  /** All that wrangler and the Worker have printed. */
  logs(): string;
  /** Resolves when wrangler has ended, asked to or not. */
  readonly exited: Promise<number>;
  /** Ends the server and its processes. May be called again. */
  stop(): Promise<void>;
};

/**
 * Runs this repository's Worker with `wrangler dev`, its D1 migrations applied, and resolves when it
 * answers requests.
 *
 * It is wrangler's command in a process of its own, not its API: the API is marked unstable, its
 * test harness keeps no state across restarts, and a process that hangs can be ended from outside.
 *
 * @throws Error when the port is taken, a migration fails, or the Worker does not start; the message
 *   holds wrangler's output. No process is left then.
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const port = options.port === 0 ? await findFreePort() : options.port;
  if (!(await isPortFree(port))) {
    throw new Error(`Port ${port} is in use by another program. End that, or choose another port.`);
  }
  const persistDir = resolve(options.persistDir);
  await mkdir(persistDir, { recursive: true });
  const envFile = join(persistDir, "vars.env");
  const { tunnel } = options;
  const entry = tunnel === undefined ? undefined : tunnelWorker;
  await writeEnvFile(envFile, {
    ...options.vars,
    ...(tunnel !== undefined && { LOCAL_TUNNEL: tunnel }),
  });

  const config = resolve(projectDir, options.config ?? options.project ?? "wrangler.jsonc");
  const common = ["--config", config, "--persist-to", persistDir];
  const env = {
    // Servers that run at the same time would find each other in the registry in the home folder.
    WRANGLER_REGISTRY_PATH: join(persistDir, "registry"),
    CLOUDFLARE_INCLUDE_PROCESS_ENV: "false",
  };
  const migrations = join(projectDir, "migrations");
  if (existsSync(migrations) && readdirSync(migrations).length > 0) {
    await runWrangler(["d1", "migrations", "apply", "DB", "--local", ...common], { env });
  }

  // Of wrangler.jsonc itself, wrangler does so.
  if (options.config !== undefined) await writePrebuiltLibraries();
  const wrangler = startWrangler(
    [
      ...["dev", ...(entry === undefined ? [] : [entry])],
      ...[...common, "--env-file", envFile],
      ...(options.config === undefined ? [] : builtAsDeployed()),
      // The inspector's default port is one for all servers; 0 lets each find its own.
      ...["--ip", "127.0.0.1", "--port", String(port), "--inspector-port", "0"],
      // A domain under "routes" is the deployed server's; this one is reached at localhost.
      "--infer-origin-from-routes=false",
      "--show-interactive-dev-session=false",
    ],
    { env, ...(options.onOutput && { onOutput: options.onOutput }) },
  );
  const origin = `http://localhost:${port}`;
  try {
    await untilAnswering(origin, wrangler, options.startTimeoutMs ?? 60_000);
  } catch (error) {
    await wrangler.stop();
    throw error;
  }
  return {
    origin,
    port,
    logs: wrangler.output,
    exited: wrangler.exited,
    stop: wrangler.stop,
  };
}

/** Any HTTP answer counts: the caller checks whether it is the right one. */
async function untilAnswering(origin: string, wrangler: NodeProcess, timeoutMs: number) {
  const deadline = Date.now() + timeoutMs;
  let exitCode: number | undefined;
  void wrangler.exited.then((code) => {
    exitCode = code;
  });
  const fail = (what: string) => new Error(`${what} It printed:\n${wrangler.output()}`);
  while (Date.now() < deadline) {
    try {
      const response = await fetch(`${origin}/.well-known/oauth-protected-resource`, {
        signal: AbortSignal.timeout(Math.min(10_000, timeoutMs)),
      });
      await response.body?.cancel();
      return;
    } catch {
      if (exitCode !== undefined) throw fail(`wrangler dev ended with exit code ${exitCode}.`);
    }
    await delay(100);
  }
  throw fail(`The Worker did not answer within ${timeoutMs / 1000} seconds.`);
}
