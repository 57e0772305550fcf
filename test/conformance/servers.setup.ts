import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import * as z from "zod";
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
  const begun: (() => Promise<void>)[] = [];
  const tearDown = async () => {
    for (const end of begun.reverse()) await end();
  };
  try {
    const persistDir = await mkdtemp(join(tmpdir(), "gatehouse-conformance-"));
    begun.push(() => rm(persistDir, { recursive: true }));
    const proxy = await startProxy();
    begun.push(proxy.stop);
    const gatehouse = await startLocalGatehouse({
      persistDir,
      worker: { config: "test/conformance/wrangler.jsonc" },
      alsoAt: [proxy.origin],
      // Off by default on this machine, where no document could be fetched; the suite expects it.
      vars: { CLIENT_ID_METADATA_DOCUMENTS: "on" },
    });
    begun.push(gatehouse.stop);
    proxy.forwardTo(gatehouse.origin);
    proxy.authorizeWith(await tokenWithAllScopes(proxy.origin));
    project.provide("conformanceServer", gatehouse.origin);
    project.provide("conformanceProxy", proxy.origin);
    return tearDown;
  } catch (error) {
    await tearDown();
    throw error;
  }
}

async function tokenWithAllScopes(origin: string): Promise<string> {
  const metadata = await fetch(`${origin}/.well-known/oauth-authorization-server`);
  const { scopes_supported: scopes } = z
    .object({ scopes_supported: z.array(z.string()) })
    .parse(await metadata.json());
  const memory = new OAuthMemory({ person: "alice", scopes });
  const { close } = await connectSdkClient(`${origin}/mcp`, memory);
  await close();
  const token = memory.tokens()?.access_token;
  if (token === undefined) throw new Error("The sign-in brought no access token");
  return token;
}
