import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { readServerFacts } from "../definition/server-facts.ts";
import { keepJson } from "../local-servers/kept-json.ts";
import { newPrivateKeyPem } from "../local-servers/signing-keys.ts";
import { type OrdersApi, startOrdersApi } from "../stand-ins/orders-api.ts";
import { type AuthorizationServer, startAuthorizationServer } from "./authorization-server.ts";

/** AUTH_MODE without `provider`: an authorization server of its own issues the tokens. */
export type ExternalMode = "jwt" | "introspection";

export type ExternalModeServers = {
  readonly authorizationServer: AuthorizationServer;
  readonly ordersApi: OrdersApi;
  /** What tells Gatehouse of them. */
  readonly vars: Record<string, string>;
  stop(): Promise<void>;
};

const CLIENT_ID = "gatehouse";

/**
 * Starts what stands beside Gatehouse in these modes: the authorization server, and an API that takes
 * its tokens. In `jwt` Gatehouse proves itself with a key, in `introspection` with a secret.
 *
 * @param ports of the two; 0 takes a free one.
 * @param stateDir keeps keys and secrets over a restart; without it they are new each time.
 */
export async function startExternalMode(options: {
  mode: ExternalMode;
  gatehouseOrigin: string;
  ports: readonly [authorizationServer: number, ordersApi: number];
  stateDir?: string;
}): Promise<ExternalModeServers> {
  const { mode, gatehouseOrigin, stateDir } = options;
  const [port, apiPort] = options.ports;
  const fileFor = (name: string) => stateDir && join(stateDir, name);
  const clientSecret = await keepText(fileFor("client-secret.json"), () =>
    randomBytes(32).toString("base64url"),
  );

  let issuer = "";
  const ordersApi = await startOrdersApi({ port: apiPort, issuerOf: () => issuer });
  const authorizationServer = await startAuthorizationServer({
    port,
    tokenFormat: mode === "jwt" ? "jwt" : "opaque",
    mcpScopes: (await readServerFacts()).scopes,
    resources: {
      mcp: [`${gatehouseOrigin}/mcp`, `${gatehouseOrigin}/sse`],
      api: ordersApi.origin,
    },
    client: {
      clientId: CLIENT_ID,
      ...(mode === "jwt"
        ? { jwksUri: `${gatehouseOrigin}/.well-known/jwks.json` }
        : { clientSecret }),
    },
    ...(stateDir !== undefined && { stateDir }),
  }).catch(async (error: unknown) => {
    await ordersApi.stop();
    throw error;
  });
  issuer = authorizationServer.issuer;
  return {
    authorizationServer,
    ordersApi,
    vars: {
      AUTH_MODE: mode,
      AS_ISSUER: issuer,
      AS_CLIENT_ID: CLIENT_ID,
      ...(mode === "jwt"
        ? { AS_PRIVATE_KEY: await keepText(fileFor("private-key.json"), newPrivateKeyPem) }
        : { AS_CLIENT_SECRET: clientSecret }),
      UPSTREAM_API_URL: ordersApi.origin,
      UPSTREAM_API_NAME: "the orders API",
    },
    async stop() {
      await Promise.all([authorizationServer.stop(), ordersApi.stop()]);
    },
  };
}

function keepText(file: string | undefined, make: () => string): Promise<string> {
  return keepJson(file, (value) => typeof value === "string", make);
}
