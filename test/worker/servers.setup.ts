import { createPublicKey } from "node:crypto";
import { createServer } from "node:http";
import { type D1Migration, readD1Migrations } from "@cloudflare/vitest-plugin";
import { calculateJwkThumbprint, exportJWK, type JSONWebKeySet } from "jose";
import type { TestProject } from "vitest/node";
import { startAuthorizationServer } from "../../dev/authorization-server/authorization-server.ts";
import { startIdentityProvider } from "../../dev/identity-provider/identity-provider.ts";
import { newPrivateKeyPem } from "../../dev/local-servers/signing-keys.ts";
import { mcpScopes } from "../fixture/scopes.ts";
import { startGitHubStandIn } from "../support/github-stand-in.ts";
import { listen } from "../support/loopback-server.ts";
import { startMachineAuthority } from "../support/machine-authority.ts";
import { startOddProvider } from "../support/odd-provider.ts";
import { ordersApiAt } from "../support/orders-api.ts";
import { startScriptedServer } from "../support/scripted-server.ts";
import { startUnrulyProvider } from "../support/unruly-provider.ts";
import { TEST_ORIGIN } from "./origin.ts";

declare module "vitest" {
  interface ProvidedContext {
    identityProvider: { issuer: string; clientId: string; clientSecret: string };
    unrulyOrigin: string;
    gitHubOrigin: string;
    scriptedOrigin: string;
    oddOrigin: string;
    /** A real authorization server; any request to `control` makes it sign with a new key. */
    authorizationServer: { issuer: string; control: string };
    /** Real ones, whose tokens are opaque; each with what it knows Gatehouse by, as the Worker's variables. */
    introspectionServers: {
      bySecret: { issuer: string; AS_CLIENT_SECRET: string };
      byKey: { issuer: string; AS_PRIVATE_KEY: string };
    };
    /** A real one, which gives programs tokens of their own. */
    machineAuthority: { issuer: string; clientId: string; clientSecret: string };
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
  const odd = await startOddProvider();
  const machines = await startMachineAuthority("https://tickets.example");
  const resources = { mcp: [`${TEST_ORIGIN}/mcp`], apis: [ordersApiAt("https://api.example")] };
  const clientId = "gatehouse";
  const clientSecret = "secret of gatehouse: 100% + more";
  const authorizationServer = await startAuthorizationServer({
    port: 0,
    resources,
    tokenFormat: "jwt",
    mcpScopes,
    client: { clientId, clientSecret },
  });
  const bySecret = await startAuthorizationServer({
    port: 0,
    resources,
    tokenFormat: "opaque",
    mcpScopes,
    client: { clientId, clientSecret },
  });
  const privateKeyPem = newPrivateKeyPem();
  const byKey = await startAuthorizationServer({
    port: 0,
    resources,
    tokenFormat: "opaque",
    mcpScopes,
    client: { clientId, jwks: await publicKeySetOf(privateKeyPem) },
  });
  const control = await listen(
    createServer((_request, response) => {
      authorizationServer.rotateKeys();
      response.end();
    }),
  );
  project.provide("identityProvider", {
    issuer: provider.issuer,
    clientId: provider.clientId,
    clientSecret: provider.clientSecret,
  });
  project.provide("migrations", await readD1Migrations("migrations"));
  project.provide("unrulyOrigin", unruly.origin);
  project.provide("gitHubOrigin", gitHub.origin);
  project.provide("scriptedOrigin", scripted.origin);
  project.provide("oddOrigin", odd.origin);
  const { issuer, clientId: machineId, clientSecret: machineSecret } = machines;
  project.provide("machineAuthority", { issuer, clientId: machineId, clientSecret: machineSecret });
  project.provide("authorizationServer", {
    issuer: authorizationServer.issuer,
    control: control.origin,
  });
  project.provide("introspectionServers", {
    bySecret: { issuer: bySecret.issuer, AS_CLIENT_SECRET: clientSecret },
    byKey: { issuer: byKey.issuer, AS_PRIVATE_KEY: privateKeyPem },
  });
  const servers = [provider, unruly, gitHub, scripted, odd, machines];
  const authorities = [authorizationServer, bySecret, byKey, control];
  return async () => {
    await Promise.all([...servers, ...authorities].map((part) => part.stop()));
  };
}

/** What the Worker would publish of its key, were it to be reached over the network. */
async function publicKeySetOf(privateKeyPem: string): Promise<JSONWebKeySet> {
  const jwk = await exportJWK(createPublicKey(privateKeyPem.replaceAll("\\n", "\n")));
  return { keys: [{ ...jwk, alg: "ES256", kid: await calculateJwkThumbprint(jwk) }] };
}
