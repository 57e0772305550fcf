// `npm start`: Gatehouse on this machine, with an identity provider of its own, with a stand-in for
// Cloudflare (--idp cloudflare), or with an authorization server (--mode jwt, --mode introspection).
// PORT=… chooses the port, --fresh forgets all that earlier starts have kept.

import { rm } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startCloudflareMode } from "./cloudflare-mode.ts";
import { checkDefinitions } from "./definitions.ts";
import { startExternalMode } from "./external-mode.ts";
import { isPortFree } from "./free-port.ts";
import { type IdentityProvider, startIdentityProvider } from "./identity-provider.ts";
import {
  bringsIdentityProvider,
  keepOperatorSecret,
  keepSessionSecret,
  localStateDir,
  readDevVars,
} from "./local-vars.ts";
import { people } from "./people.ts";
import { startServer } from "./server.ts";
import { defaultPort, type LocalMode, startGuide } from "./start-guide.ts";
import { stopOnSignals } from "./stop-signals.ts";

const stateDir = localStateDir;
const running: { stop(): Promise<void> }[] = [];
let isStopping = false;
const localAdmins = people
  .filter(({ isAdmin }) => isAdmin)
  .map(({ email }) => email)
  .join(",");

async function stopAll(): Promise<void> {
  isStopping = true;
  await Promise.all(running.map((part) => part.stop()));
}

stopOnSignals(async () => {
  console.log("\nStopping …");
  await stopAll();
}, 0);
try {
  await start();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  await stopAll();
  process.exit(1);
}

async function start(): Promise<void> {
  const { values } = parseArgs({
    options: {
      fresh: { type: "boolean", default: false },
      mode: { type: "string", default: "provider" },
      idp: { type: "string", default: "oidc" },
    },
  });
  const mode = localModeFrom(values);
  const port = portFrom(process.env.PORT);
  if (!(await isPortFree(port))) {
    throw new Error(
      `Port ${port} is in use: is another npm start running? ` +
        `End it, or choose another port: PORT=${port + 10} npm start`,
    );
  }
  if (values.fresh) await rm(stateDir, { recursive: true, force: true });

  const devVars = await readDevVars();
  const isLocal = !bringsIdentityProvider(devVars);
  if (!isLocal && mode !== "oidc") {
    throw new Error(
      `.dev.vars says who signs people in, and "${mode}" is for a local server: leave one out.`,
    );
  }
  const local: LocalServers = isLocal ? await startLocalServers(mode, port) : { vars: {} };

  await checkDefinitions();
  console.log("Starting the Worker …");
  let isReady = false;
  const server = await startServer({
    port,
    persistDir: stateDir,
    vars: {
      SESSION_SECRET: await keepSessionSecret(stateDir),
      LOG_STACKS: "on",
      OPERATOR_SECRET: await keepOperatorSecret(stateDir),
      ...local.vars,
      ...devVars,
    },
    onOutput: (text) => isReady && process.stdout.write(text),
  });
  running.push(server);
  await refuseConfigurationError(server.origin);
  const { external } = local;
  console.log(
    startGuide({ origin: server.origin, localMode: isLocal ? mode : undefined, external }),
  );
  isReady = true;

  const exitCode = await server.exited;
  if (isStopping) return;
  throw new Error(`wrangler dev has ended by itself, with exit code ${exitCode}.`);
}

function portFrom(text: string | undefined): number {
  const port = Number(text ?? defaultPort);
  if (Number.isInteger(port) && port > 0 && port < 65_535) return port;
  throw new Error(`PORT is "${text}", and should be a number from 1 to 65534.`);
}

function localModeFrom({ mode, idp }: { mode: string; idp: string }): LocalMode {
  if (idp !== "oidc" && idp !== "cloudflare") {
    throw new Error(`--idp is "${idp}", and should be oidc or cloudflare.`);
  }
  if (mode === "provider") return idp;
  if (mode !== "jwt" && mode !== "introspection") {
    throw new Error(`--mode is "${mode}", and should be provider, jwt or introspection.`);
  }
  if (idp === "oidc") return mode;
  throw new Error(`--mode ${mode} and --idp ${idp} are two ways to sign people in: leave one out.`);
}

type LocalServers = {
  /** What tells the Worker of them. */
  vars: Record<string, string>;
  external?: { issuer: string; api: string };
};

async function startLocalServers(mode: LocalMode, serverPort: number): Promise<LocalServers> {
  if (mode === "oidc") return { vars: varsFor(await startLocalProvider(serverPort)) };
  if (mode === "cloudflare") {
    console.log("Starting the stand-in for Cloudflare …");
    const cloudflare = await startCloudflareMode({
      gatehouseOrigin: `http://localhost:${serverPort}`,
      port: await portForIssuer(serverPort + 1),
      stateDir,
    });
    running.push(cloudflare);
    return { vars: cloudflare.vars };
  }
  console.log("Starting the local authorization server and the orders API …");
  const external = await startExternalMode({
    mode,
    gatehouseOrigin: `http://localhost:${serverPort}`,
    ports: [
      await portForIssuer(serverPort + 1),
      await portOrAnother(serverPort + 2, "the orders API is elsewhere than it was."),
    ],
    stateDir,
  });
  running.push(external);
  const { authorizationServer, ordersApi, vars } = external;
  return {
    vars: { ...vars, ADMINS: localAdmins },
    external: { issuer: authorizationServer.issuer, api: ordersApi.origin },
  };
}

async function startLocalProvider(serverPort: number): Promise<IdentityProvider> {
  console.log("Starting the local identity provider …");
  const provider = await startIdentityProvider({
    port: await portForIssuer(serverPort + 1),
    redirectUris: [`http://localhost:${serverPort}/callback`],
    persistFile: join(stateDir, "identity-provider.json"),
  });
  running.push(provider);
  return provider;
}

/** People are who they are by their issuer, whose name is its address. */
function portForIssuer(port: number): Promise<number> {
  return portOrAnother(port, "Gatehouse will see alice and bob as new people.");
}

/** The port, or 0 for any where it is taken, which has a consequence that the person should know. */
async function portOrAnother(port: number, consequence: string): Promise<number> {
  if (await isPortFree(port)) return port;
  console.log(`Port ${port} is in use, so another one is taken: ${consequence}`);
  return 0;
}

function varsFor(provider: IdentityProvider): Record<string, string> {
  return {
    IDP: "oidc",
    OIDC_ISSUER: provider.issuer,
    OIDC_CLIENT_ID: provider.clientId,
    OIDC_CLIENT_SECRET: provider.clientSecret,
    OIDC_NAME: "the local identity provider",
    ADMINS: localAdmins,
  };
}

/**
 * A Worker that is configured wrongly runs, but answers all requests with status 500 and what to change.
 *
 * @throws Error with that answer.
 */
async function refuseConfigurationError(origin: string): Promise<void> {
  const response = await fetch(`${origin}/.well-known/oauth-protected-resource`);
  const text = await response.text();
  if (response.status >= 500) {
    throw new Error(`The Worker answers with status ${response.status}:\n\n${text}`);
  }
}
