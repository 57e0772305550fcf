import { readD1Migrations } from "@cloudflare/vitest-plugin";
import type { TestProject } from "vitest/node";
import { startIdentityProvider } from "../../dev/identity-provider/identity-provider.ts";
import { startForEachWorker } from "../support/servers-of-workers.ts";
import { startTracker } from "../support/tracker.ts";
import { TEST_ORIGIN } from "../worker/origin.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Of each worker of Vitest: where the two services are, and the variables of the APIs that people connect. */
    linked: Awaited<ReturnType<typeof startServices>>["servers"][];
  }
}

/** What the Workers under test reach: who signs people in, and two services for each that they connect. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const redirectUris = [`${TEST_ORIGIN}/callback`];
  const provider = await startIdentityProvider({ port: 0, redirectUris });
  const services = await startForEachWorker(project, startServices);
  const { issuer, clientId, clientSecret } = provider;
  project.provide("identityProvider", { issuer, clientId, clientSecret });
  project.provide("migrations", await readD1Migrations("migrations"));
  project.provide("linked", services.servers);
  return async () => {
    await Promise.all([provider.stop(), services.stop()]);
  };
}

async function startServices() {
  const tracker = await startTracker(`${TEST_ORIGIN}/connect/tracker/callback`);
  const calendar = await startTracker(`${TEST_ORIGIN}/connect/calendar/callback`);
  return {
    servers: {
      origins: { tracker: tracker.origin, calendar: calendar.origin },
      vars: { ...variablesOf("TRACKER_API", tracker), ...variablesOf("CALENDAR_API", calendar) },
    },
    async stop() {
      await Promise.all([tracker, calendar].map((server) => server.stop()));
    },
  };
}

function variablesOf(
  prefix: string,
  service: Awaited<ReturnType<typeof startTracker>>,
): Record<string, string> {
  return {
    [`${prefix}_URL`]: `${service.origin}/api`,
    [`${prefix}_ISSUER`]: service.origin,
    [`${prefix}_CLIENT_ID`]: service.clientId,
    [`${prefix}_CLIENT_SECRET`]: service.clientSecret,
  };
}
