import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { ExternalMode } from "../authorization-server/external-mode.ts";
import { projectDir } from "../server/processes.ts";
import { localStateDir } from "./local-vars.ts";
import { defaultPort } from "./start-guide.ts";

export type StartOptions = {
  /** AUTH_MODE: the server issues the tokens, or a local authorization server does. */
  readonly mode: "provider" | ExternalMode;
  /** IDP: `oidc` is the local identity provider, any other a toolset's local API. */
  readonly idp: string;
  readonly port: number;
  /** Whether to delete everything that earlier starts have kept. */
  readonly fresh: boolean;
  /** The https origin at which a tunnel serves this machine's server, if one does. */
  readonly tunnel: string | undefined;
  readonly configFile: string;
  readonly stateDir: string;
};

/**
 * Reads the command line of `npm start`.
 *
 * @param port PORT of the environment.
 * @param otherIdps the identity providers that toolsets bring (dev/local-apis/).
 * @throws Error that says what is wrong, for the person who typed it.
 */
export function parseStartOptions(
  args: readonly string[],
  port: string | undefined,
  otherIdps: readonly string[],
): StartOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      fresh: { type: "boolean", default: false },
      mode: { type: "string", default: "provider" },
      idp: { type: "string", default: "oidc" },
      tunnel: { type: "string" },
      config: { type: "string", default: join(projectDir, "wrangler.jsonc") },
      state: { type: "string", default: localStateDir },
    },
  });
  const { mode, idp } = signInFrom(values, ["oidc", ...otherIdps]);
  const tunnel = values.tunnel === undefined ? undefined : tunnelFrom(values.tunnel);
  if (tunnel !== undefined && mode !== "provider") {
    throw new Error(
      `--tunnel is for the server alone: clients elsewhere do not reach the authorization server that --mode ${mode} ` +
        "starts on this machine. Leave one out.",
    );
  }
  return {
    mode,
    idp,
    port: portFrom(port),
    fresh: values.fresh,
    tunnel,
    configFile: resolve(values.config),
    stateDir: resolve(values.state),
  };
}

function portFrom(text: string | undefined): number {
  const port = Number(text ?? defaultPort);
  if (Number.isInteger(port) && port > 0 && port < 65_535) return port;
  throw new Error(`PORT is "${text}", and should be a number from 1 to 65534.`);
}

function tunnelFrom(text: string): string {
  if (URL.canParse(text)) {
    const { protocol, origin } = new URL(text);
    if (protocol === "https:" && (text === origin || text === `${origin}/`)) return origin;
  }
  throw new Error(
    `--tunnel is "${text}", and should be an address such as https://x.example, without a path.`,
  );
}

function signInFrom(
  { mode, idp }: { mode: string; idp: string },
  idps: readonly string[],
): Pick<StartOptions, "mode" | "idp"> {
  if (!idps.includes(idp)) {
    throw new Error(`--idp is "${idp}", and should be ${idps.join(" or ")}.`);
  }
  if (mode === "provider") return { mode, idp };
  if (mode !== "jwt" && mode !== "introspection") {
    throw new Error(`--mode is "${mode}", and should be provider, jwt or introspection.`);
  }
  if (idp === "oidc") return { mode, idp };
  throw new Error(`--mode ${mode} and --idp ${idp} are two ways to sign people in: leave one out.`);
}
