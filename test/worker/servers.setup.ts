import { createServer } from "node:http";
import { type D1Migration, readD1Migrations } from "@cloudflare/vitest-plugin";
import type { TestProject } from "vitest/node";
import { startAuthorizationServer } from "../../dev/authorization-server.ts";
import { startIdentityProvider } from "../../dev/identity-provider.ts";
import { startGitHubStandIn } from "../support/github-stand-in.ts";
import { listen } from "../support/loopback-server.ts";
import { startScriptedServer } from "../support/scripted-server.ts";
import { startUnrulyProvider } from "../support/unruly-provider.ts";
import { TEST_ORIGIN } from "./origin.ts";

declare module "vitest" {
  interface ProvidedContext {
    identityProvider: { issuer: string; clientId: string; clientSecret: string };
    unrulyOrigin: string;
    gitHubOrigin: string;
    scriptedOrigin: string;
    /** A real authorization server; any request to `control` makes it sign with a new key. */
    authorizationServer: { issuer: string; control: string };
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
  const authorizationServer = await startAuthorizationServer({
    port: 0,
    resources: { mcp: [`${TEST_ORIGIN}/mcp`], api: "https://api.example" },
    tokenFormat: "jwt",
    client: { clientId: "gatehouse", clientSecret: "secret" },
  });
  const control = await listen(
    createServer((_request, response) => {
      authorizationServer.rotateKeys();
      response.end();
    }),
  );
  const { issuer, clientId, clientSecret } = provider;
  project.provide("identityProvider", { issuer, clientId, clientSecret });
  project.provide("migrations", await readD1Migrations("migrations"));
  project.provide("unrulyOrigin", unruly.origin);
  project.provide("gitHubOrigin", gitHub.origin);
  project.provide("scriptedOrigin", scripted.origin);
  project.provide("authorizationServer", {
    issuer: authorizationServer.issuer,
    control: control.origin,
  });
  return async () => {
    await Promise.all(
      [provider, unruly, gitHub, scripted, authorizationServer, control].map((part) => part.stop()),
    );
  };
}
