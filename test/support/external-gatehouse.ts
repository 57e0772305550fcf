import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type ExternalMode,
  type ExternalModeServers,
  startExternalMode,
} from "../../dev/authorization-server/external-mode.ts";
import { readServerFacts } from "../../dev/definition/server-facts.ts";
import { findFreePort } from "../../dev/local-servers/free-port.ts";
import { fixtureServer, fixtureWorker } from "./fixture.ts";
import { fixtureOrders, type RunningOrdersApi } from "./orders-api.ts";
import { testVariables } from "./test-variables.ts";
import { startWorker } from "./worker-server.ts";

export type ExternalGatehouse = Omit<ExternalModeServers, "apis"> & {
  /** What the tools of the fixture call. */
  readonly ordersApi: RunningOrdersApi;
  readonly origin: string;
  /** All that the Worker and its runtime have printed since the last start. */
  logs(): string;
  /** Stops the Worker and starts it anew, on the same port and with what it has stored. */
  restart(): Promise<void>;
};

/**
 * The fixture's Worker, the authorization server whose tokens it takes, and an API, as `npm start -- --mode` runs
 * them.
 */
export async function startExternalGatehouse(mode: ExternalMode): Promise<ExternalGatehouse> {
  const port = await findFreePort();
  const origin = `http://localhost:${port}`;
  const persistDir = await mkdtemp(join(tmpdir(), "gatehouse-tests-"));
  const external = await startExternalMode({
    mode,
    gatehouseOrigin: origin,
    port: 0,
    mcpScopes: (await readServerFacts(fixtureServer)).scopes,
    apis: [{ api: fixtureOrders, port: 0 }],
  });
  const [ordersApi] = external.apis;
  if (ordersApi === undefined) throw new TypeError("The API was not started");
  const start = () =>
    startWorker({
      worker: fixtureWorker,
      port,
      persistDir,
      vars: testVariables({
        SESSION_SECRET: "only-for-tests-and-long-enough-to-be-taken",
        ADMINS: "alice@example.com",
        ...external.vars,
      }),
    });
  let server = await start().catch(async (error: unknown) => {
    await external.stop();
    throw error;
  });
  return {
    ...external,
    ordersApi,
    origin,
    logs: () => server.logs(),
    async restart() {
      await server.stop();
      server = await start();
    },
    async stop() {
      await Promise.all([server.stop(), external.stop()]);
      await rm(persistDir, { recursive: true, force: true });
    },
  };
}
