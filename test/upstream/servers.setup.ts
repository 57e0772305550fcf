import { type D1Migration, readD1Migrations } from "@cloudflare/vitest-plugin";
import type { TestProject } from "vitest/node";
import { startGuardedApi } from "../support/guarded-api.ts";
import { startRoughIdentityProvider } from "../support/rough-identity-provider.ts";
import { startForEachWorker } from "../support/servers-of-workers.ts";
import { TEST_ORIGIN } from "../worker/origin.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Of each worker of Vitest: who signs people in, and where the two APIs are. */
    upstream: Awaited<ReturnType<typeof startServers>>["servers"][];
    migrations: D1Migration[];
  }
}

/** What the Workers under test reach: real OpenID providers, and APIs that take their tokens. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const { servers, stop } = await startForEachWorker(project, startServers);
  project.provide("upstream", servers);
  project.provide("migrations", await readD1Migrations("migrations"));
  return stop;
}

async function startServers() {
  let issuer = "";
  let isRevoked = (_subject: string) => false;
  const api = () =>
    startGuardedApi(
      () => issuer,
      (subject) => isRevoked(subject),
    );
  const tickets = await api();
  const projects = await api();
  const provider = await startRoughIdentityProvider(
    [`${TEST_ORIGIN}/callback`],
    [
      { resource: tickets.origin, scopes: ["tickets.read", "tickets.write"] },
      { resource: projects.origin, scopes: ["projects.read", "projects.write"] },
    ],
  );
  issuer = provider.issuer;
  isRevoked = provider.isRevoked;
  const { clientId, clientSecret, control } = provider;
  return {
    servers: {
      provider: { issuer, clientId, clientSecret, control },
      tickets: tickets.origin,
      projects: projects.origin,
    },
    async stop() {
      await Promise.all([provider, tickets, projects].map((server) => server.stop()));
    },
  };
}
