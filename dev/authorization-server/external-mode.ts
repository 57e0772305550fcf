import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { readServerFacts } from "../definition/server-facts.ts";
import type { ExchangeApi, RunningLocalApi } from "../local-apis/local-api.ts";
import { keepJson } from "../local-servers/kept-json.ts";
import { newPrivateKeyPem } from "../local-servers/signing-keys.ts";
import { type AuthorizationServer, startAuthorizationServer } from "./authorization-server.ts";
import type { UpstreamResource } from "./authorization-server-config.ts";

/** AUTH_MODE other than `provider`: a separate authorization server issues the tokens. */
export type ExternalMode = "jwt" | "introspection";

/** What is needed of a local API here; what it starts may be more than a {@link RunningLocalApi}. */
type Api<Running> = Pick<ExchangeApi, "name" | "scopes"> & {
  start(options: { port: number; issuerOf: () => string }): Promise<Running>;
};

export type ExternalModeServers<Running extends RunningLocalApi = RunningLocalApi> = {
  readonly authorizationServer: AuthorizationServer;
  /** The APIs that accept its tokens, in the given order. */
  readonly apis: readonly Running[];
  /** The variables that point Gatehouse to them. */
  readonly vars: Record<string, string>;
  stop(): Promise<void>;
};

const CLIENT_ID = "gatehouse";

/**
 * Starts what runs beside Gatehouse in these modes: the authorization server, and the APIs that accept its
 * tokens. In `jwt` Gatehouse authenticates with a key, in `introspection` with a secret.
 *
 * @param port of the authorization server; 0 takes a free one.
 * @param mcpScopes what tokens for Gatehouse may allow; those of src/server.ts unless given.
 * @param apis the APIs to start, each with its port; 0 picks a free one.
 * @param stateDir keeps keys and secrets across restarts; without it they are new each time.
 * @throws Error when one cannot be started; none is left running then.
 */
export async function startExternalMode<Running extends RunningLocalApi>(options: {
  mode: ExternalMode;
  gatehouseOrigin: string;
  port: number;
  mcpScopes?: readonly string[];
  apis: readonly { readonly api: Api<Running>; readonly port: number }[];
  stateDir?: string;
}): Promise<ExternalModeServers<Running>> {
  const { mode, gatehouseOrigin, port, stateDir } = options;
  const mcpScopes = options.mcpScopes ?? (await readServerFacts()).scopes;
  const fileFor = (name: string) => stateDir && join(stateDir, name);
  const clientSecret = await keepText(fileFor("client-secret.json"), () =>
    randomBytes(32).toString("base64url"),
  );

  let issuer = "";
  const running: Running[] = [];
  const resources: UpstreamResource[] = [];
  const stopApis = () => Promise.all(running.map((api) => api.stop()));

  async function start(): Promise<AuthorizationServer> {
    for (const { api, port: apiPort } of options.apis) {
      const started = await api.start({ port: apiPort, issuerOf: () => issuer });
      running.push(started);
      resources.push({ name: api.name, resource: started.origin, scopes: api.scopes });
    }
    return startAuthorizationServer({
      port,
      tokenFormat: mode === "jwt" ? "jwt" : "opaque",
      mcpScopes,
      resources: { mcp: [`${gatehouseOrigin}/mcp`, `${gatehouseOrigin}/sse`], apis: resources },
      client: {
        clientId: CLIENT_ID,
        ...(mode === "jwt"
          ? { jwksUri: `${gatehouseOrigin}/.well-known/jwks.json` }
          : { clientSecret }),
      },
      ...(stateDir !== undefined && { stateDir }),
    });
  }

  const authorizationServer = await start().catch(async (error: unknown) => {
    await stopApis();
    throw error;
  });
  issuer = authorizationServer.issuer;
  return {
    authorizationServer,
    apis: running,
    vars: {
      AUTH_MODE: mode,
      AS_ISSUER: issuer,
      AS_CLIENT_ID: CLIENT_ID,
      ...(mode === "jwt"
        ? { AS_PRIVATE_KEY: await keepText(fileFor("private-key.json"), newPrivateKeyPem) }
        : { AS_CLIENT_SECRET: clientSecret }),
      ...Object.fromEntries(running.flatMap((api) => Object.entries(api.vars))),
    },
    async stop() {
      await Promise.all([authorizationServer.stop(), stopApis()]);
    },
  };
}

function keepText(file: string | undefined, make: () => string): Promise<string> {
  return keepJson(file, (value) => typeof value === "string", make);
}
