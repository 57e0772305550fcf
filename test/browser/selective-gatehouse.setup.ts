import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { startLocalGatehouse } from "../support/local-gatehouse.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Where a Gatehouse lets in alice only, and only with an app on this computer. */
    selectiveOrigin: string;
  }
}

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const persistDir = await mkdtemp(join(tmpdir(), "gatehouse-tests-"));
  const gatehouse = await startLocalGatehouse({
    persistDir,
    vars: { ALLOWED_PEOPLE: "alice@example.com", ALLOWED_CLIENTS: "loopback" },
  });
  project.provide("selectiveOrigin", gatehouse.origin);
  return async () => {
    await gatehouse.stop();
    await rm(persistDir, { recursive: true });
  };
}
