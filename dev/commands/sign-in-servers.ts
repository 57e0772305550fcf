import { join } from "node:path";
import { type ExternalMode, startExternalMode } from "../authorization-server/external-mode.ts";
import { startIdentityProvider } from "../identity-provider/identity-provider.ts";
import { findConnectionApis, findExchangeApis } from "../local-apis/find-local-apis.ts";
import type {
  ConnectionApi,
  ExchangeApi,
  LocalApiExamples,
  RunningLocalApi,
  SignInApi,
} from "../local-apis/local-api.ts";
import { isPortFree } from "../local-servers/free-port.ts";
import { people } from "../local-servers/people.ts";
import type { StartOptions } from "./start-options.ts";

/** What runs beside the Worker on this machine and signs people in. */
export type SignInServers = {
  /** The variables that point the Worker to them. */
  readonly vars: Record<string, string>;
  /** Where the authorization server of an external mode is, and the APIs that accept its tokens. */
  readonly external?: { readonly issuer: string; readonly apis: readonly string[] };
  /** Whether an admin of Gatehouse is among the people. */
  readonly hasAdmins: boolean;
  readonly examples: readonly LocalApiExamples[];
  stop(): Promise<void>;
};

const localAdmins = people
  .filter(({ isAdmin }) => isAdmin)
  .map(({ email }) => email)
  .join(",");

/**
 * Starts what the mode needs, on the ports that follow the Worker's.
 *
 * @param signInApis those that `--idp` can name.
 * @throws Error when one cannot be started.
 */
export function startSignInServers(
  options: StartOptions,
  signInApis: readonly SignInApi[],
): Promise<SignInServers> {
  const { mode, idp } = options;
  if (mode !== "provider") return startAuthorization(options, mode);
  const signInApi = signInApis.find(({ identityProvider }) => identityProvider === idp);
  return withConnections(options, () =>
    signInApi === undefined ? startLocalProvider(options) : startSignInApi(options, signInApi),
  );
}

/** The services that people connect, beside whatever signs them in: on the last of the ports. */
async function withConnections(
  options: StartOptions,
  startOthers: () => Promise<SignInServers>,
): Promise<SignInServers> {
  const found = await findConnectionApis();
  const first = options.port + 2 + (await findExchangeApis()).length;
  const running: RunningLocalApi[] = [];
  const stopAll = () => Promise.all(running.map((api) => api.stop()));
  try {
    for (const { api, port } of await withPorts(found, first)) {
      console.log(`Starting ${api.name} …`);
      running.push(
        await api.start({ port, origins: originsOf(options), stateDir: options.stateDir }),
      );
    }
    const others = await startOthers();
    return {
      ...others,
      vars: Object.assign({}, others.vars, ...running.map(({ vars }) => vars)),
      examples: [...others.examples, ...found.flatMap(({ examples }) => examples ?? [])],
      async stop() {
        await Promise.all([others.stop(), stopAll()]);
      },
    };
  } catch (error) {
    await stopAll();
    throw error;
  }
}

async function startLocalProvider(options: StartOptions): Promise<SignInServers> {
  const found = await findExchangeApis();
  console.log(`Starting ${["the local identity provider", ...namesOf(found)].join(" and ")} …`);
  let issuer = "";
  const apis: RunningLocalApi[] = [];
  const stopApis = () => Promise.all(apis.map((api) => api.stop()));
  async function start() {
    for (const { api, port } of await withPorts(found, options.port + 2)) {
      apis.push(await api.start({ port, issuerOf: () => issuer }));
    }
    return startIdentityProvider({
      port: await portForIssuer(options.port + 1),
      redirectUris: redirectUrisOf(options),
      persistFile: join(options.stateDir, "identity-provider.json"),
      apis: apis.map(({ origin }, index) => ({
        resource: origin,
        scopes: found[index]?.scopes ?? [],
      })),
    });
  }
  const provider = await start().catch(async (error: unknown) => {
    await stopApis();
    throw error;
  });
  issuer = provider.issuer;
  return {
    vars: {
      AUTH_MODE: "provider",
      IDP: "oidc",
      OIDC_ISSUER: provider.issuer,
      OIDC_CLIENT_ID: provider.clientId,
      OIDC_CLIENT_SECRET: provider.clientSecret,
      OIDC_NAME: "the local identity provider",
      ADMINS: localAdmins,
      ...Object.fromEntries(apis.flatMap(({ vars }) => Object.entries(vars))),
    },
    hasAdmins: true,
    examples: found.flatMap(({ examples }) => examples ?? []),
    async stop() {
      await Promise.all([provider.stop(), stopApis()]);
    },
  };
}

async function startSignInApi(options: StartOptions, api: SignInApi): Promise<SignInServers> {
  console.log(`Starting ${api.name} …`);
  const { vars, stop } = await api.start({
    port: await portForIssuer(options.port + 1),
    redirectUris: redirectUrisOf(options),
    stateDir: options.stateDir,
  });
  return {
    vars: { AUTH_MODE: "provider", IDP: api.identityProvider, ...vars },
    hasAdmins: false,
    examples: api.examples === undefined ? [] : [api.examples],
    stop,
  };
}

async function startAuthorization(
  { port, stateDir }: StartOptions,
  mode: ExternalMode,
): Promise<SignInServers> {
  const found = await findExchangeApis();
  console.log(`Starting ${["the local authorization server", ...namesOf(found)].join(" and ")} …`);
  const { authorizationServer, vars, stop, ...running } = await startExternalMode({
    mode,
    gatehouseOrigin: `http://localhost:${port}`,
    port: await portForIssuer(port + 1),
    apis: await withPorts(found, port + 2),
    stateDir,
  });
  return {
    vars: { ...vars, ADMINS: localAdmins },
    external: {
      issuer: authorizationServer.issuer,
      apis: running.apis.map(({ origin }) => origin),
    },
    hasAdmins: true,
    examples: found.flatMap(({ examples }) => examples ?? []),
    stop,
  };
}

const namesOf = (apis: readonly ExchangeApi[]) => apis.map(({ name }) => name);

/** @param first the first of their ports. */
async function withPorts<Api extends ExchangeApi | ConnectionApi>(
  apis: readonly Api[],
  first: number,
) {
  const placed = [];
  for (const [index, api] of apis.entries()) {
    const consequence = `${api.name} has another address than before.`;
    placed.push({ api, port: await portOrAnother(first + index, consequence) });
  }
  return placed;
}

/** Where people come back to: the Worker is reached at this machine's address, and at a tunnel's. */
function redirectUrisOf(options: StartOptions): string[] {
  return originsOf(options).map((origin) => `${origin}/callback`);
}

function originsOf({ port, tunnel }: StartOptions): string[] {
  return [`http://localhost:${port}`, ...(tunnel === undefined ? [] : [tunnel])];
}

/** People are identified by their issuer, which is named by its address. */
function portForIssuer(port: number): Promise<number> {
  return portOrAnother(port, "Gatehouse will see alice and bob as new people.");
}

/** The port, or 0 for any if it is taken, which has a consequence that the person should know. */
async function portOrAnother(port: number, consequence: string): Promise<number> {
  if (await isPortFree(port)) return port;
  console.log(`Port ${port} is in use, so another one is used: ${consequence}`);
  return 0;
}
