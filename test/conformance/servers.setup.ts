import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { startLocalGatehouse } from "../support/local-gatehouse.ts";
import { connectSdkClient, OAuthMemory } from "../support/sdk-oauth.ts";
import { startProxy } from "./proxy.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Where Gatehouse serves what the suite asks for, to those with a token. */
    conformanceServer: string;
    /** The same, to everybody: a token is added on the way. */
    conformanceProxy: string;
  }
}

/** One server for all of the suite. It is reached through the proxy from the sign-in on. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const persistDir = await mkdtemp(join(tmpdir(), "gatehouse-conformance-"));
  const proxy = await startProxy();
  const gatehouse = await startLocalGatehouse({
    persistDir,
    config: "test/conformance/wrangler.jsonc",
    alsoAt: [proxy.origin],
  });
  const tearDown = async () => {
    await Promise.all([proxy.stop(), gatehouse.stop()]);
    await rm(persistDir, { recursive: true });
  };
  try {
    proxy.forwardTo(gatehouse.origin);
    const memory = new OAuthMemory({ person: "alice" });
    await connectSdkClient(`${proxy.origin}/mcp`, memory).then(({ close }) => close());
    proxy.authorizeWith(memory.tokens()?.access_token ?? "");
  } catch (error) {
    await tearDown();
    throw error;
  }
  project.provide("conformanceServer", gatehouse.origin);
  project.provide("conformanceProxy", proxy.origin);
  return tearDown;
}
