import { dirname } from "node:path";
import { convertV4MiniflareOptions, Miniflare, NoOpLog, type V4WorkerOptions } from "miniflare";
import { unstable_getMiniflareWorkerOptions } from "wrangler";
import type { Build } from "./build.ts";
import { applyMigrations } from "./migrations.ts";
import { type WorkerdUsage, workerdUsage } from "./workerd-usage.ts";

/** A build, where it is to be reached, and the variables and secrets it is given. */
export type Placement = {
  readonly build: Build;
  readonly port: number;
  readonly vars: Readonly<Record<string, string>>;
};

/** Workers that run in one workerd. */
export type Runtime = {
  readonly usage: WorkerdUsage;
  /** Of workerd, through which its isolates can be asked; undefined when it was not asked for. */
  readonly inspector: URL | undefined;
  stop(): Promise<void>;
};

/**
 * Starts builds in one workerd. Requests go straight to each Worker's socket, past Miniflare's own
 * entry, which would cost more than many a Worker.
 *
 * @param inspected whether workerd gets an inspector, which is not for free.
 */
export async function startRuntime(
  placements: readonly Placement[],
  inspected: boolean,
): Promise<Runtime> {
  const workers = placements.map(({ build, port, vars }): V4WorkerOptions => {
    const options = optionsOf(build);
    return {
      ...options,
      bindings: { ...options.bindings, ...vars },
      unsafeDirectSockets: [{ host: "127.0.0.1", port }],
    };
  });
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      ...{ host: "127.0.0.1", port: 0, cf: false, telemetry: { enabled: false } },
      ...(inspected && { inspectorPort: 0 }),
      log: new NoOpLog(),
      // A line for each request would be all that is read here.
      handleStructuredLogs: ({ level, message }) => {
        if (level === "error") console.error(message);
      },
      workers,
    }),
  );
  await miniflare.ready;
  for (const { name, d1Databases = {} } of workers) {
    for (const binding of Object.keys(d1Databases)) await applyMigrations(miniflare, binding, name);
  }
  return {
    usage: await workerdUsage(process.pid),
    inspector: inspected ? await miniflare.getInspectorURL() : undefined,
    stop: () => miniflare.dispose(),
  };
}

/**
 * What wrangler.jsonc says, for Miniflare. Static assets are left out: in production they are served
 * before the Worker is asked, here a Worker of Miniflare's would do that in the same process. Rate limiters
 * come with the entry (workers/gatehouse.ts).
 */
function optionsOf({ subject, script }: Build): V4WorkerOptions {
  const { workerOptions } = unstable_getMiniflareWorkerOptions(subject.config);
  const { assets: _, ratelimits: __, kvNamespaces, serviceBindings, ...options } = workerOptions;
  if (Object.keys(serviceBindings ?? {}).length > 0) {
    throw new TypeError(`${subject.name} calls other Workers, which do not run here`);
  }
  return {
    ...options,
    name: subject.name,
    modules: [{ type: "ESModule", path: script }],
    modulesRoot: dirname(script),
    // Without an id in the configuration, all of them would share one namespace.
    kvNamespaces: Object.fromEntries(
      Object.keys(kvNamespaces ?? {}).map((binding) => [binding, `${subject.name}-${binding}`]),
    ),
  };
}
