// `npm start`: Gatehouse on this machine, with a local identity provider, with one that a toolset brings
// (--idp cloudflare), or with an authorization server (--mode jwt, --mode introspection).
// PORT=… chooses the port, --fresh deletes everything that earlier starts have kept, --tunnel https://… also
// serves requests through a tunnel. It reloads automatically on a change of the code; data is kept.
// --config and --state name another wrangler.jsonc and another folder for the data.

import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { readServerFacts } from "../definition/server-facts.ts";
import { findSignInApis } from "../local-apis/find-local-apis.ts";
import { isPortFree } from "../local-servers/free-port.ts";
import { startServer } from "../server/server.ts";
import { rememberServer } from "./last-server.ts";
import {
  bringsIdentityProvider,
  keepIdentityKey,
  keepOperatorSecret,
  keepSessionSecret,
  readDevVars,
} from "./local-vars.ts";
import { localSettings } from "./set-aside.ts";
import { startSignInServers } from "./sign-in-servers.ts";
import { startGuide } from "./start-guide.ts";
import { parseStartOptions } from "./start-options.ts";
import { stopOnSignals } from "./stop-signals.ts";

const running: { stop(): Promise<void> }[] = [];
let isStopping = false;

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
  const signInApis = await findSignInApis();
  const options = parseStartOptions(
    process.argv.slice(2),
    process.env.PORT,
    signInApis.map(({ identityProvider }) => identityProvider),
  );
  const { mode, idp, port, tunnel, configFile, stateDir } = options;
  if (!(await isPortFree(port))) {
    throw new Error(
      `Port ${port} is in use: is another npm start running? ` +
        `Stop it, or choose another port: PORT=${port + 10} npm start`,
    );
  }
  if (options.fresh) await rm(stateDir, { recursive: true, force: true });

  const devVars = await readDevVars(dirname(configFile));
  const isLocal = !bringsIdentityProvider(devVars);
  if (!isLocal && (mode !== "provider" || idp !== "oidc")) {
    const asked = mode === "provider" ? `--idp ${idp}` : `--mode ${mode}`;
    throw new Error(
      `.dev.vars says who signs people in, and ${asked} is for a local server: leave one out.`,
    );
  }
  const local = isLocal ? await startSignInServers(options, signInApis) : undefined;
  if (local !== undefined) running.push(local);
  const { needsIdentityKey, signInVariables } = await readServerFacts();
  const settings = localSettings(
    configFile,
    {
      SESSION_SECRET: await keepSessionSecret(stateDir),
      OPERATOR_SECRET: await keepOperatorSecret(stateDir),
      ...(needsIdentityKey && { IDENTITY_KEY: await keepIdentityKey(stateDir) }),
      ...local?.vars,
      ...devVars,
    },
    isLocal,
    signInVariables,
  );

  console.log("Starting the Worker …");
  let isReady = false;
  const server = await startServer({
    port,
    persistDir: stateDir,
    vars: settings.vars,
    project: configFile,
    ...(tunnel !== undefined && { tunnel }),
    onOutput: (text) => isReady && process.stdout.write(text),
  });
  running.push(server);
  await refuseConfigurationError(server.origin);
  await rememberServer(server.origin, stateDir);
  console.log(startGuide({ origin: server.origin, tunnel, setAside: settings.setAside, local }));
  isReady = true;

  const exitCode = await server.exited;
  if (isStopping) return;
  throw new Error(`wrangler dev ended unexpectedly, with exit code ${exitCode}.`);
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
