import {
  type IdentityProvider,
  startIdentityProvider,
} from "../../dev/identity-provider/identity-provider.ts";
import { findFreePort } from "../../dev/local-servers/free-port.ts";
import { type Server, startServer } from "../../dev/server/server.ts";
import { fixtureMain } from "./fixture.ts";
import { testVariables } from "./test-variables.ts";

export type LocalGatehouse = {
  readonly origin: string;
  /** What wrangler and the Worker have printed since the last start. */
  logs(): string;
  /** Stops the Worker and starts it anew, on the same port and with what it has stored. */
  restart(): Promise<void>;
  /** @throws Error when the Worker has used what wrangler.jsonc leaves out of it (`alias`). */
  stop(): Promise<void>;
};

/** A Worker under `wrangler dev`, and a local identity provider, on ports that the system chose. */
export async function startLocalGatehouse(options: {
  persistDir: string;
  vars?: Record<string, string>;
  /** See `ServerOptions`; without it, the fixture's Worker is built with the project's. */
  config?: string;
  /** Further origins that it is reached at, such as a proxy's. */
  alsoAt?: readonly string[];
}): Promise<LocalGatehouse> {
  const port = await findFreePort();
  const origin = `http://localhost:${port}`;
  const provider = await startIdentityProvider({
    port: 0,
    redirectUris: [origin, ...(options.alsoAt ?? [])].map((at) => `${at}/callback`),
  });
  const start = () => startWith(provider, port, options);
  let server = await start().catch(async (error: unknown) => {
    await provider.stop();
    throw error;
  });
  return {
    origin,
    logs: () => server.logs(),
    async restart() {
      await server.stop();
      server = await start();
    },
    async stop() {
      await Promise.all([server.stop(), provider.stop()]);
      const [leftOut] = /LeftOutError: .*/.exec(server.logs()) ?? [];
      if (leftOut !== undefined) throw new Error(leftOut);
    },
  };
}

function startWith(
  provider: IdentityProvider,
  port: number,
  options: { persistDir: string; vars?: Record<string, string>; config?: string },
): Promise<Server> {
  const { persistDir, vars, config } = options;
  return startServer({
    port,
    persistDir,
    ...(config === undefined ? { main: fixtureMain } : { config }),
    vars: testVariables({
      SESSION_SECRET: "only-for-tests-and-long-enough-to-be-taken",
      IDP: "oidc",
      OIDC_ISSUER: provider.issuer,
      OIDC_CLIENT_ID: provider.clientId,
      OIDC_CLIENT_SECRET: provider.clientSecret,
      ADMINS: "alice@example.com",
      ...vars,
    }),
  });
}
