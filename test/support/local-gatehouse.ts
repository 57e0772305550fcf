import {
  type IdentityProvider,
  startIdentityProvider,
} from "../../dev/identity-provider/identity-provider.ts";
import { findFreePort } from "../../dev/local-servers/free-port.ts";
import { startServer } from "../../dev/server/server.ts";
import type { TestedWorker } from "./built-worker.ts";
import { fixtureWorker } from "./fixture.ts";
import { testVariables } from "./test-variables.ts";
import { startWorker, type WorkerServer } from "./worker-server.ts";

export type LocalGatehouse = {
  readonly origin: string;
  /** All that the Worker and its runtime have printed since the last start. */
  logs(): string;
  /** Stops the Worker and starts it anew, on the same port and with what it has stored. */
  restart(): Promise<void>;
  /** @throws Error when the Worker has used what wrangler.jsonc leaves out of it (`alias`). */
  stop(): Promise<void>;
};

type Options = {
  persistDir: string;
  vars?: Record<string, string>;
  /** Another than the fixture's. */
  worker?: TestedWorker;
  /** A configuration that `wrangler dev` builds and runs, such as that of a copy of the project. */
  wranglerConfig?: string;
  /** Further origins that it is reached at, such as a proxy's. */
  alsoAt?: readonly string[];
};

/** A Worker in workerd, and a local identity provider, on ports that the system chose. */
export async function startLocalGatehouse(options: Options): Promise<LocalGatehouse> {
  const port = await findFreePort();
  const origin = `http://localhost:${port}`;
  const provider = await startIdentityProvider({
    port: 0,
    redirectUris: [origin, ...(options.alsoAt ?? [])].map((at) => `${at}/callback`),
  });
  const start = () => startWith(provider, port, options);
  let server = await start().catch(async (error: unknown) => {
    await provider.stop();
    throw error;
  });
  return {
    origin,
    logs: () => server.logs(),
    async restart() {
      await server.stop();
      server = await start();
    },
    async stop() {
      await Promise.all([server.stop(), provider.stop()]);
      const [leftOut] = /LeftOutError: .*/.exec(server.logs()) ?? [];
      if (leftOut !== undefined) throw new Error(leftOut);
    },
  };
}

function startWith(
  provider: IdentityProvider,
  port: number,
  { persistDir, vars: more, worker = fixtureWorker, wranglerConfig }: Options,
): Promise<WorkerServer> {
  const vars = testVariables({
    SESSION_SECRET: "only-for-tests-and-long-enough-to-be-taken",
    IDP: "oidc",
    OIDC_ISSUER: provider.issuer,
    OIDC_CLIENT_ID: provider.clientId,
    OIDC_CLIENT_SECRET: provider.clientSecret,
    ADMINS: "alice@example.com",
    ...more,
  });
  return wranglerConfig === undefined
    ? startWorker({ worker, port, persistDir, vars })
    : startServer({ config: wranglerConfig, port, persistDir, vars });
}
