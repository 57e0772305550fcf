import { type D1Migration, readD1Migrations } from "@cloudflare/vitest-plugin";
import type { TestProject } from "vitest/node";
import { startIdentityProvider } from "../../dev/identity-provider.ts";
import { startGitHubStandIn } from "../support/github-stand-in.ts";
import { startScriptedServer } from "../support/scripted-server.ts";
import { startUnrulyProvider } from "../support/unruly-provider.ts";
import { TEST_ORIGIN } from "./origin.ts";

declare module "vitest" {
  interface ProvidedContext {
    identityProvider: { issuer: string; clientId: string; clientSecret: string };
    unrulyOrigin: string;
    gitHubOrigin: string;
    scriptedOrigin: string;
    migrations: D1Migration[];
  }
}

/** What the Worker under test reaches: a real OpenID provider, one that misbehaves, and a GitHub. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const redirectUris = [`${TEST_ORIGIN}/callback`];
  const provider = await startIdentityProvider({ port: 0, redirectUris });
  const unruly = await startUnrulyProvider();
  const gitHub = await startGitHubStandIn();
  const scripted = await startScriptedServer();
  const { issuer, clientId, clientSecret } = provider;
  project.provide("identityProvider", { issuer, clientId, clientSecret });
  project.provide("migrations", await readD1Migrations("migrations"));
  project.provide("unrulyOrigin", unruly.origin);
  project.provide("gitHubOrigin", gitHub.origin);
  project.provide("scriptedOrigin", scripted.origin);
  return async () => {
    await Promise.all([provider.stop(), unruly.stop(), gitHub.stop(), scripted.stop()]);
  };
}
