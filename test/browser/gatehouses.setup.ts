import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { startLocalGatehouse } from "../support/local-gatehouse.ts";
import { startForEachWorker } from "../support/servers-of-workers.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Of each worker of Vitest: where its Gatehouse is (test/browser/origin.ts). */
    origins: string[];
    /** Where a Gatehouse lets in alice only, and only with an app on this computer. */
    selectiveOrigin: string;
  }
}

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const gatehouses = await startForEachWorker(project, () => startGatehouse({}));
  const selective = await startGatehouse({
    ALLOWED_PEOPLE: "alice@example.com",
    ALLOWED_CLIENTS: "loopback",
  });
  project.provide("origins", gatehouses.servers);
  project.provide("selectiveOrigin", selective.servers);
  return async () => {
    await Promise.all([gatehouses.stop(), selective.stop()]);
  };
}

async function startGatehouse(vars: Record<string, string>) {
  const persistDir = await mkdtemp(join(tmpdir(), "gatehouse-tests-"));
  const gatehouse = await startLocalGatehouse({ persistDir, vars });
  return {
    servers: gatehouse.origin,
    async stop() {
      await gatehouse.stop();
      await rm(persistDir, { recursive: true });
    },
  };
}
