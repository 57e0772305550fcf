import { type D1Migration, readD1Migrations } from "@cloudflare/vitest-plugin";
import type { TestProject } from "vitest/node";
import { startGuardedApi } from "../support/guarded-api.ts";
import { startRoughIdentityProvider } from "../support/rough-identity-provider.ts";
import { TEST_ORIGIN } from "../worker/origin.ts";

declare module "vitest" {
  interface ProvidedContext {
    roughProvider: { issuer: string; clientId: string; clientSecret: string; control: string };
    tickets: string;
    projects: string;
    migrations: D1Migration[];
  }
}

/** What the Worker under test reaches: a real OpenID provider, and two APIs that take its tokens. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
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
  project.provide("roughProvider", { issuer, clientId, clientSecret, control });
  project.provide("tickets", tickets.origin);
  project.provide("projects", projects.origin);
  project.provide("migrations", await readD1Migrations("migrations"));
  return async () => {
    await Promise.all([provider, tickets, projects].map((server) => server.stop()));
  };
}
