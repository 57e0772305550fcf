import { readD1Migrations } from "@cloudflare/vitest-plugin";
import type { TestProject } from "vitest/node";
import { TEST_ORIGIN } from "../worker/origin.ts";
import { startBetterAuth } from "./better-auth.ts";
import { startGlewlwyd } from "./glewlwyd.ts";

declare module "vitest" {
  interface ProvidedContext {
    authorities: { betterAuth: Record<string, string>; glewlwyd: Record<string, string> };
  }
}

/** Installs real providers, runs them, and registers the Worker under test at each. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const redirectUri = `${TEST_ORIGIN}/callback`;
  const betterAuth = await startBetterAuth(redirectUri);
  const glewlwyd = await startGlewlwyd(redirectUri);
  project.provide("authorities", { betterAuth: betterAuth.vars, glewlwyd: glewlwyd.vars });
  project.provide("migrations", await readD1Migrations("migrations"));
  return async () => {
    await Promise.all([betterAuth.stop(), glewlwyd.stop()]);
  };
}
