import { readD1Migrations } from "@cloudflare/vitest-plugin";
import type { TestProject } from "vitest/node";
import { startIdentityProvider } from "../../dev/identity-provider/identity-provider.ts";
import { startTracker } from "../support/tracker.ts";
import { TEST_ORIGIN } from "../worker/origin.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The variables of the APIs that people connect. */
    services: Record<string, string>;
    /** Where the two services are. */
    trackers: { tracker: string; calendar: string };
  }
}

/** What the Worker under test reaches: who signs people in, and two services that they connect. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const redirectUris = [`${TEST_ORIGIN}/callback`];
  const provider = await startIdentityProvider({ port: 0, redirectUris });
  const tracker = await startTracker(`${TEST_ORIGIN}/connect/tracker/callback`);
  const calendar = await startTracker(`${TEST_ORIGIN}/connect/calendar/callback`);
  const { issuer, clientId, clientSecret } = provider;
  project.provide("identityProvider", { issuer, clientId, clientSecret });
  project.provide("migrations", await readD1Migrations("migrations"));
  project.provide("trackers", { tracker: tracker.origin, calendar: calendar.origin });
  project.provide("services", {
    ...variablesOf("TRACKER_API", tracker),
    ...variablesOf("CALENDAR_API", calendar),
  });
  return async () => {
    await Promise.all([provider, tracker, calendar].map((server) => server.stop()));
  };
}

function variablesOf(prefix: string, service: Awaited<ReturnType<typeof startTracker>>) {
  return {
    [`${prefix}_URL`]: `${service.origin}/api`,
    [`${prefix}_ISSUER`]: service.origin,
    [`${prefix}_CLIENT_ID`]: service.clientId,
    [`${prefix}_CLIENT_SECRET`]: service.clientSecret,
  };
}
