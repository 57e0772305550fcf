import { join } from "node:path";
import { startExternalMode } from "../authorization-server/external-mode.ts";
import { startIdentityProvider } from "../identity-provider/identity-provider.ts";
import { isPortFree } from "../local-servers/free-port.ts";
import { people } from "../local-servers/people.ts";
import { startCloudflareMode } from "../stand-ins/cloudflare-mode.ts";
import type { StartOptions } from "./start-options.ts";

/** What stands beside the Worker on this machine and signs people in. */
export type SignInServers = {
  /** What tells the Worker of them. */
  readonly vars: Record<string, string>;
  readonly external?: { readonly issuer: string; readonly api: string };
  stop(): Promise<void>;
};

const localAdmins = people
  .filter(({ isAdmin }) => isAdmin)
  .map(({ email }) => email)
  .join(",");

/**
 * Starts what the mode needs, on the ports that follow the Worker's.
 *
 * @throws Error when one cannot be started.
 */
export function startSignInServers(options: StartOptions): Promise<SignInServers> {
  switch (options.mode) {
    case "oidc":
      return startLocalProvider(options);
    case "cloudflare":
      return startCloudflare(options);
    default:
      return startAuthorization({ ...options, mode: options.mode });
  }
}

async function startLocalProvider(options: StartOptions): Promise<SignInServers> {
  console.log("Starting the local identity provider …");
  const provider = await startIdentityProvider({
    port: await portForIssuer(options.port + 1),
    redirectUris: originsOf(options).map((origin) => `${origin}/callback`),
    persistFile: join(options.stateDir, "identity-provider.json"),
  });
  return {
    vars: {
      AUTH_MODE: "provider",
      IDP: "oidc",
      OIDC_ISSUER: provider.issuer,
      OIDC_CLIENT_ID: provider.clientId,
      OIDC_CLIENT_SECRET: provider.clientSecret,
      OIDC_NAME: "the local identity provider",
      ADMINS: localAdmins,
    },
    stop: provider.stop,
  };
}

async function startCloudflare(options: StartOptions): Promise<SignInServers> {
  console.log("Starting the stand-in for Cloudflare …");
  const cloudflare = await startCloudflareMode({
    gatehouseOrigins: originsOf(options),
    port: await portForIssuer(options.port + 1),
    stateDir: options.stateDir,
  });
  return { vars: { AUTH_MODE: "provider", ...cloudflare.vars }, stop: cloudflare.stop };
}

async function startAuthorization(
  options: StartOptions & { mode: "jwt" | "introspection" },
): Promise<SignInServers> {
  const { mode, port, stateDir } = options;
  console.log("Starting the local authorization server and the orders API …");
  const { authorizationServer, ordersApi, vars, stop } = await startExternalMode({
    mode,
    gatehouseOrigin: `http://localhost:${port}`,
    ports: [
      await portForIssuer(port + 1),
      await portOrAnother(port + 2, "the orders API is elsewhere than it was."),
    ],
    stateDir,
  });
  return {
    vars: { ...vars, ADMINS: localAdmins },
    external: { issuer: authorizationServer.issuer, api: ordersApi.origin },
    stop,
  };
}

/** Where the Worker is reached, so that a sign-in may end there. */
function originsOf({ port, tunnel }: StartOptions): string[] {
  return [`http://localhost:${port}`, ...(tunnel === undefined ? [] : [tunnel])];
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
