import * as z from "zod";
import { type AuditConfig, auditVariables, parseAudit } from "./config/audit";
import { bindingProblemsOf, connectionBindingProblems, isBoundIn } from "./config/bindings";
import type { Api } from "./config/define-api";
import { parseEmailAddress } from "./config/email-address";
import {
  type ExternalAuthorization,
  parseIntrospectionAuthorization,
  parseJwtAuthorization,
  peopleOfWhichIssuer,
} from "./config/external-authorization";
import { type IdentityKeys, identityKeyVariables, parseIdentityKeys } from "./config/identity-key";
import { deploymentVariables, misspeltNames } from "./config/known-names";
import {
  connectionOf,
  parseUpstreamApi,
  type TokenWays,
  type UpstreamApi,
  upstreamApiVariables,
} from "./config/upstream-api";
import {
  ConfigError,
  list,
  onOff,
  origin,
  Problems,
  problemsAmong,
  refusalsOf,
  required,
  ttlSeconds,
  variablesIn,
} from "./config/variables";

import {
  type OwnAuthorization,
  ownAuthorizationVariables,
  parseOwnAuthorization,
} from "./own-authorization";
import type { IdentityProviderDefinition } from "./providers/define-provider";

/**
 * Everything the operator decides, checked once. `env` is read here and nowhere else: the rest of
 * the code gets a `Config`, in which nothing is missing and nothing needs a second look.
 */
export type Config = {
  serverName: string;
  /** The public origin, when pinned; otherwise each request's own origin is used. */
  publicUrl: string | undefined;
  sessionSecret: string;
  /** Verified e-mail addresses (lower case) and user ids of the people who see admin tools. */
  admins: ReadonlySet<string>;
  /** Web origins, besides our own, that may call the MCP endpoints from a script. */
  allowedOrigins: ReadonlySet<string>;
  sessionIdleTtlSeconds: number;
  /** Whether the log has the stack and the message of a tool's unexpected failure, which may quote anything. */
  logStacks: boolean;
  audit: AuditConfig;
  /** Which access tokens are accepted (AUTH_MODE). */
  authorization: OwnAuthorization | ExternalAuthorization;
  /** The APIs that tools can call: those of the definition that this configuration has. */
  apis: ReadonlyMap<Api, UpstreamApi>;
  /** The keys that sign who the person is, for APIs; undefined if no API needs that. */
  identityKeys: IdentityKeys | undefined;
};

const common = z.object({
  SERVER_NAME: z.string().max(60, "must be at most 60 characters").optional(),
  PUBLIC_URL: origin.optional(),
  SESSION_SECRET: required(
    "a random string of at least 32 characters, for example from `openssl rand -base64 32`",
  ).min(32, "must be at least 32 characters, for example from `openssl rand -base64 32`"),
  ADMINS: list,
  // `null` is what pages in a sandbox and from files send (mcp/origin.ts).
  ALLOWED_ORIGINS: list.pipe(z.array(z.literal("null").or(origin))),
  SESSION_IDLE_TTL_SECONDS: ttlSeconds.default(86_400),
  LOG_STACKS: onOff.default(false),
});

const modeSchema = z
  .enum(["provider", "jwt", "introspection"], 'must be "provider", "jwt" or "introspection"')
  .default("provider");

type Variables = Record<string, unknown>;

/** The parts of the server's definition that decide which variables there are (server.ts). */
export type Declared = {
  readonly name: string;
  /** Those that IDP can name; the first one is the default. */
  readonly identityProviders?: readonly IdentityProviderDefinition[];
  readonly apis?: readonly Api[];
};

/**
 * The variables that decide who signs in, which tokens are accepted and which APIs tools call: they belong to
 * one deployment, and `npm start` and the tests set their own.
 */
export function signInVariables({ identityProviders = [], apis = [] }: Declared): string[] {
  return [
    "IDP",
    ...identityProviders.flatMap(({ variables }) => variables),
    ...deploymentVariables,
    ...apis.flatMap(upstreamApiVariables),
    ...identityKeyVariables,
  ];
}

/** The name of every variable that a server has, in any mode and with any identity provider. */
export function knownVariables(declared: Declared): string[] {
  const all = [
    ...Object.keys(common.shape),
    ...auditVariables,
    "AUTH_MODE",
    ...ownAuthorizationVariables,
    ...signInVariables(declared),
  ];
  return [...new Set(all)];
}

/**
 * {@link parseConfig} for a Worker that is about to serve requests: its bindings are checked as well.
 *
 * @throws ConfigError naming every missing binding, and every missing, wrong or misspelt variable, at once.
 */
export function parseEnvironment(env: object, declared: Declared): Config {
  const missing = bindingProblemsOf(env);
  try {
    const config = parseConfig(env, declared);
    if (hasConnections(config)) {
      missing.push(...connectionBindingProblems((name, kind) => isBoundIn(env, name, kind)));
    }
    if (missing.length === 0) return config;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError([...missing, ...error.problems]);
  }
  throw new ConfigError(missing);
}

/** Whether people connect an API of this configuration, so that their tokens need a place. */
export function hasConnections({ apis }: Pick<Config, "apis">): boolean {
  return [...apis.values()].some((api) => connectionOf(api) !== undefined);
}

/**
 * Turns the Worker's environment into a {@link Config}.
 *
 * @param declared the server's definition.
 * @param env the bindings and variables; an empty string counts as not set, because wrangler.jsonc
 *   lists each variable, empty where the operator sets none.
 * @throws ConfigError naming every missing, wrong or misspelt variable at once.
 */
export function parseConfig(env: object, declared: Declared): Config {
  const { name, apis = [] } = declared;
  const variables = variablesIn(env);
  const parsed = common.safeParse(variables);
  const audit = parseAudit(variables);
  const authorization = parseAuthorization(variables, declared);
  const upstreamApis = parseApis(apis, variables, authorization);
  const identityKeys = parseIdentityKeys(variables, apiToldOfPeople(upstreamApis));
  const misspelt = misspeltNames(Object.keys(variables), knownVariables(declared));
  if (
    misspelt.length > 0 ||
    !parsed.success ||
    audit instanceof Problems ||
    authorization instanceof Problems ||
    upstreamApis instanceof Problems ||
    identityKeys instanceof Problems
  ) {
    throw new ConfigError(
      problemsAmong(
        new Problems(...misspelt),
        refusalsOf(parsed),
        audit,
        authorization,
        upstreamApis,
        identityKeys,
      ),
    );
  }
  const values = parsed.data;
  if (authorization.mode !== "provider") {
    const problems = peopleOfWhichIssuer(authorization, values.ADMINS).list;
    if (problems.length > 0) throw new ConfigError(problems);
  }
  return {
    serverName: values.SERVER_NAME ?? name,
    publicUrl: values.PUBLIC_URL,
    sessionSecret: values.SESSION_SECRET,
    admins: new Set(
      // An address that is not ASCII stays as it is, and matches nobody.
      values.ADMINS.map((admin) => parseEmailAddress(admin)?.address ?? admin),
    ),
    allowedOrigins: new Set(values.ALLOWED_ORIGINS),
    sessionIdleTtlSeconds: values.SESSION_IDLE_TTL_SECONDS,
    logStacks: values.LOG_STACKS,
    audit,
    authorization,
    apis: upstreamApis,
    identityKeys,
  };
}

/**
 * SESSION_SECRET, for a class that needs nothing else of the configuration.
 *
 * @throws ConfigError when it is missing or too short.
 */
export function sessionSecretOf(env: object): string {
  const parsed = common.pick({ SESSION_SECRET: true }).safeParse(variablesIn(env));
  if (!parsed.success) throw new ConfigError(problemsAmong(refusalsOf(parsed)));
  return parsed.data.SESSION_SECRET;
}

function parseApis(
  declared: readonly Api[],
  variables: Variables,
  authorization: Config["authorization"] | Problems,
): Config["apis"] | Problems {
  // How to get tokens is not known then.
  if (authorization instanceof Problems) return new Map();
  const ways = tokenWays(authorization);
  const apis = new Map<Api, UpstreamApi>();
  const problems: Problems[] = [];
  for (const api of declared) {
    const parsed = parseUpstreamApi(api, variables, ways);
    if (parsed instanceof Problems) problems.push(parsed);
    else if (parsed !== undefined) apis.set(api, parsed);
  }
  return problems.length > 0 ? new Problems(...problemsAmong(...problems)) : apis;
}

/** The name of an API that gets a signed statement of who the person is, if there is one. */
function apiToldOfPeople(apis: Config["apis"] | Problems): string | undefined {
  if (apis instanceof Problems) return undefined;
  return [...apis.values()].find(
    ({ credential, identityHeader }) =>
      credential.by === "identity" || identityHeader !== undefined,
  )?.name;
}

function tokenWays(authorization: Config["authorization"]): TokenWays {
  return authorization.mode === "provider"
    ? {
        canExchange: authorization.identityProvider.exchange !== undefined,
        identityProvider: authorization.identityProvider.name,
      }
    : { canExchange: authorization.client !== undefined, identityProvider: undefined };
}

function parseAuthorization(
  variables: Variables,
  declared: Declared,
): Config["authorization"] | Problems {
  const mode = z.object({ AUTH_MODE: modeSchema }).safeParse(variables);
  // A mode that is itself wrong makes its variables meaningless, so they are not judged.
  if (!mode.success) return refusalsOf(mode);
  switch (mode.data.AUTH_MODE) {
    case "provider":
      return parseOwnAuthorization(variables, declared);
    case "jwt":
      return parseJwtAuthorization(variables);
    case "introspection":
      return parseIntrospectionAuthorization(variables);
  }
}
