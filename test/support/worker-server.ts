import { existsSync } from "node:fs";
import { cp, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  convertV4MiniflareOptions,
  Log,
  LogLevel,
  Miniflare,
  type V4WorkerOptions,
} from "miniflare";
import { buildWorker, type TestedWorker } from "./built-worker.ts";

export type WorkerServer = {
  /** Such as `http://localhost:8788`. */
  readonly origin: string;
  /** All that the Worker and its runtime have printed. */
  logs(): string;
  stop(): Promise<void>;
};

/**
 * Runs a Worker in workerd with the bindings of its configuration, as `wrangler dev` does, which hands the same
 * options to the same Miniflare. But it is built once for all tests, and as it is deployed; no wrangler starts.
 *
 * @param persistDir where KV, D1 and Durable Objects are kept, in wrangler's places; a server started here again
 *   finds them as they were.
 * @param vars variables and secrets, which win over the configuration's.
 * @throws Error when the build fails, or workerd does not start: such as a port that is taken.
 */
export async function startWorker(options: {
  worker: TestedWorker;
  port: number;
  persistDir: string;
  vars: Readonly<Record<string, string>>;
}): Promise<WorkerServer> {
  const { worker, port, persistDir, vars } = options;
  const built = await buildWorker(worker);
  const kept = join(persistDir, "v3");
  if (!existsSync(kept)) await cp(join(built.emptyState, "v3"), kept, { recursive: true });
  // Miniflare checks it.
  const configured: V4WorkerOptions = JSON.parse(await readFile(built.options, "utf8"));

  let printed = "";
  const log = new Printed((text) => {
    printed += `${text}\n`;
  });
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      ...{ host: "127.0.0.1", port, cf: false, telemetry: { enabled: false } },
      resourcePersistencePath: kept,
      log,
      logRequests: false,
      handleStructuredLogs: ({ message }) => log.print(message),
      workers: [
        {
          ...configured,
          modules: [{ type: "ESModule", path: built.script }],
          modulesRoot: dirname(built.script),
          bindings: { ...configured.bindings, ...vars },
        },
      ],
    }),
  );
  await miniflare.ready;
  return {
    origin: `http://localhost:${port}`,
    logs: () => printed,
    stop: () => miniflare.dispose(),
  };
}

/** What Miniflare says of the runtime, such as why it has ended. */
class Printed extends Log {
  readonly print: (text: string) => void;

  constructor(print: (text: string) => void) {
    super(LogLevel.INFO);
    this.print = print;
  }

  override log(message: string): void {
    this.print(message);
  }
}
