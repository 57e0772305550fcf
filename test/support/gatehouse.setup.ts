import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { startLocalGatehouse } from "./local-gatehouse.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Where `wrangler dev` serves Gatehouse, with the local identity provider beside it. */
    origin: string;
  }
}

/** One server for a whole project of tests, as `npm start` runs it, in a folder of its own. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const persistDir = await mkdtemp(join(tmpdir(), "gatehouse-tests-"));
  const gatehouse = await startLocalGatehouse({ persistDir });
  project.provide("origin", gatehouse.origin);
  return async () => {
    await gatehouse.stop();
    await rm(persistDir, { recursive: true });
  };
}
