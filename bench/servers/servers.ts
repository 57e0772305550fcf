import { randomBytes } from "node:crypto";
import {
  type IdentityProvider,
  startIdentityProvider,
} from "../../dev/identity-provider/identity-provider.ts";
import { findFreePort } from "../../dev/local-servers/free-port.ts";
import type { Build } from "./build.ts";
import { type Placement, startRuntime } from "./runtime.ts";
import { obtainTokens, type Tokens } from "./sign-in.ts";
import type { SubjectName } from "./subjects.ts";
import type { WorkerdUsage } from "./workerd-usage.ts";

/** Workers that run in one workerd, and a client's tokens for each. */
export type Servers = {
  readonly usage: WorkerdUsage;
  readonly inspector: URL | undefined;
  /** Such as `http://127.0.0.1:49152`. */
  origin(name: SubjectName): string;
  tokens(name: SubjectName): Tokens;
  /** Empty for a Worker that asks for none. */
  accessToken(name: SubjectName): string;
  stop(): Promise<void>;
};

/** Starts builds on ports that the system chose, and signs a client in at each that issues tokens. */
export async function startServers(
  builds: readonly Build[],
  { inspected = false } = {},
): Promise<Servers> {
  const ports = new Map<SubjectName, number>();
  for (const { subject } of builds) ports.set(subject.name, await findFreePort());
  const origin = (name: SubjectName) => `http://127.0.0.1:${known(ports, name)}`;

  const provider = await startIdentityProvider({
    port: 0,
    redirectUris: builds.map(({ subject }) => `${origin(subject.name)}/callback`),
  });
  const runtime = await startRuntime(
    builds.map((build): Placement => {
      const { name } = build.subject;
      const vars =
        name === "gatehouse" ? varsWith(provider) : { MCP_RESOURCE: `${origin(name)}/mcp` };
      return { build, port: known(ports, name), vars };
    }),
    inspected,
  );
  const tokens = new Map<SubjectName, Tokens>();
  for (const { subject } of builds) {
    if (subject.issuesTokens) tokens.set(subject.name, await obtainTokens(origin(subject.name)));
  }
  return {
    usage: runtime.usage,
    inspector: runtime.inspector,
    origin,
    tokens: (name) => known(tokens, name),
    accessToken: (name) => tokens.get(name)?.accessToken ?? "",
    async stop() {
      await Promise.all([runtime.stop(), provider.stop()]);
    },
  };
}

function varsWith({ issuer, clientId, clientSecret }: IdentityProvider): Record<string, string> {
  return {
    SESSION_SECRET: randomBytes(32).toString("base64url"),
    IDP: "oidc",
    OIDC_ISSUER: issuer,
    OIDC_CLIENT_ID: clientId,
    OIDC_CLIENT_SECRET: clientSecret,
  };
}

function known<Value>(map: ReadonlyMap<SubjectName, Value>, name: SubjectName): Value {
  const value = map.get(name);
  if (value === undefined) throw new TypeError(`${name} has none, or does not run here`);
  return value;
}
