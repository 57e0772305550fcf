import { type D1Migration, readD1Migrations } from "@cloudflare/vitest-plugin";
import type { TestProject } from "vitest/node";
import { startOAuthLine } from "../../../../../test/support/oauth-line.ts";
import { TEST_ORIGIN } from "../../../../../test/worker/origin.ts";
import { startCloudflareStandIn } from "../../local-api/stand-in.ts";

declare module "vitest" {
  interface ProvidedContext {
    cloudflare: { origin: string; apiUrl: string; clientId: string; clientSecret: string };
    migrations: D1Migration[];
  }
}

/** What the Worker under test reaches: a stand-in for Cloudflare, over a line that can be bad. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const redirectUris = [`${TEST_ORIGIN}/callback`];
  const standIn = await startCloudflareStandIn({ port: 0, redirectUris });
  const line = await startOAuthLine(standIn.origin);
  const { apiUrl, clientId, clientSecret } = standIn;
  project.provide("cloudflare", { origin: line.origin, apiUrl, clientId, clientSecret });
  project.provide("migrations", await readD1Migrations("migrations"));
  return async () => {
    await line.stop();
    await standIn.stop();
  };
}
