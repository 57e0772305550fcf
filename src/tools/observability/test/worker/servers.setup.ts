import { type D1Migration, readD1Migrations } from "@cloudflare/vitest-plugin";
import type { TestProject } from "vitest/node";
import { startOAuthLine } from "../../../../../test/support/oauth-line.ts";
import { startForEachWorker } from "../../../../../test/support/servers-of-workers.ts";
import { TEST_ORIGIN } from "../../../../../test/worker/origin.ts";
import { startCloudflareStandIn } from "../../local-api/stand-in.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Of each worker of Vitest. */
    cloudflare: Awaited<ReturnType<typeof startCloudflare>>["servers"][];
    migrations: D1Migration[];
  }
}

/** What the Workers under test reach: stand-ins for Cloudflare, over lines that can be bad. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const { servers, stop } = await startForEachWorker(project, startCloudflare);
  project.provide("cloudflare", servers);
  project.provide("migrations", await readD1Migrations("migrations"));
  return stop;
}

async function startCloudflare() {
  const redirectUris = [`${TEST_ORIGIN}/callback`];
  const standIn = await startCloudflareStandIn({ port: 0, redirectUris });
  const line = await startOAuthLine(standIn.origin);
  const { apiUrl, clientId, clientSecret } = standIn;
  return {
    servers: { origin: line.origin, apiUrl, clientId, clientSecret },
    async stop() {
      await line.stop();
      await standIn.stop();
    },
  };
}
