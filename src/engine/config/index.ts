// Imports here end in .ts, because dev/ runs this folder in Node.js as it is.
import * as z from "zod";
import { type AllowedClients, allowedClients } from "./allowed-clients.ts";
import { type AllowedPeople, allowedPeople } from "./allowed-people.ts";
import { type AuditConfig, auditVariables, parseAudit } from "./audit.ts";
import { bindingProblemsOf } from "./bindings.ts";
import type { Api } from "./define-api.ts";
import { parseEmailAddress } from "./email-address.ts";
import {
  type ExternalAuthorization,
  parseIntrospectionAuthorization,
  parseJwtAuthorization,
  peopleOfWhichIssuer,
} from "./external-authorization.ts";
import { type IdentityProviderConfig, parseIdentityProvider } from "./identity-provider.ts";
import {
  parseUpstreamApi,
  type TokenWays,
  type UpstreamApi,
  upstreamApiVariables,
} from "./upstream-api.ts";
import { misspeltNames, signInVariables } from "./known-names.ts";
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
} from "./variables.ts";

export {
  type AllowedClients,
  comparableRedirectUri,
  isLoopbackRedirect,
} from "./allowed-clients.ts";
export type { AllowedPeople } from "./allowed-people.ts";
export type { AuditConfig } from "./audit.ts";
export { type BindingKind, bindingProblems } from "./bindings.ts";
export type {
  ClientCredential,
  KeyCredential,
  PrivateJwk,
  SecretCredential,
} from "./client-credential.ts";
export { type Api, defineApi } from "./define-api.ts";
export { parseEmailAddress } from "./email-address.ts";
export type {
  ExternalAuthorization,
  IntrospectionAuthorization,
  JwtAuthorization,
} from "./external-authorization.ts";
export type {
  CloudflareConfig,
  GitHubConfig,
  IdentityProviderConfig,
  OidcConfig,
} from "./identity-provider.ts";
export type { UpstreamApi } from "./upstream-api.ts";
export { signInVariables } from "./known-names.ts";
export { ConfigError, isLoopback } from "./variables.ts";

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
  /** Web origins, besides our own, whose scripts may call the MCP endpoints. */
  allowedOrigins: ReadonlySet<string>;
  sessionIdleTtlSeconds: number;
  /** Whether the log has the stack and the message of a tool's unforeseen failure, which may quote anything. */
  logStacks: boolean;
  audit: AuditConfig;
  /** Whose access tokens are accepted (AUTH_MODE). */
  authorization: OwnAuthorization | ExternalAuthorization;
  /** The APIs that tools can call: those of the definition that this configuration has. */
  apis: ReadonlyMap<Api, UpstreamApi>;
};

/** AUTH_MODE=provider: this server issues the tokens itself, and an identity provider signs people in. */
export type OwnAuthorization = {
  mode: "provider";
  identityProvider: IdentityProviderConfig;
  /** Undefined lets in anybody whom the identity provider signs in. */
  allowedPeople: AllowedPeople | undefined;
  /** Undefined lets any client connect. */
  allowedClients: AllowedClients | undefined;
  dynamicClientRegistration: boolean;
  /** Undefined: wherever the server is reached over the internet. */
  clientIdMetadataDocuments: boolean | undefined;
  /** Whether a redirect URI may have an app's own scheme, such as `cursor:` (RFC 8252, section 7.1). */
  privateUseRedirectUris: boolean;
  accessTokenTtlSeconds: number;
  grantIdleTtlSeconds: number;
  /** The longest that an access token still works, outside of sessions, once its grant was revoked. */
  revocationDelaySeconds: number;
  /** By which the operator ends grants from outside; undefined when nobody can. */
  operatorSecret: string | undefined;
};

const common = z.object({
  SERVER_NAME: z.string().max(60, "must be at most 60 characters").optional(),
  PUBLIC_URL: origin.optional(),
  SESSION_SECRET: required(
    "a random string of at least 32 characters, for example from `openssl rand -base64 32`",
  ).min(32, "must be at least 32 characters, for example from `openssl rand -base64 32`"),
  ADMINS: list,
  ALLOWED_ORIGINS: list.pipe(z.array(origin)),
  SESSION_IDLE_TTL_SECONDS: ttlSeconds.default(86_400),
  LOG_STACKS: onOff.default(false),
});

const modeSchema = z
  .enum(["provider", "jwt", "introspection"], 'must be "provider", "jwt" or "introspection"')
  .default("provider");

const own = z.object({
  ALLOWED_PEOPLE: allowedPeople,
  ALLOWED_CLIENTS: allowedClients,
  DYNAMIC_CLIENT_REGISTRATION: onOff.default(true),
  CLIENT_ID_METADATA_DOCUMENTS: onOff.optional(),
  PRIVATE_USE_REDIRECT_URIS: onOff.default(false),
  ACCESS_TOKEN_TTL_SECONDS: ttlSeconds.default(3_600),
  GRANT_IDLE_TTL_SECONDS: ttlSeconds.default(30 * 86_400),
  REVOCATION_DELAY_SECONDS: z.coerce
    .number("must be a number of seconds")
    .int("must be a whole number of seconds")
    .min(0, "must be at least 0 seconds")
    .max(60, "must be at most 60 seconds")
    .default(60),
  OPERATOR_SECRET: z
    .string()
    .min(32, "must be at least 32 characters, for example from `openssl rand -base64 32`")
    .optional(),
});

type Variables = Record<string, unknown>;

/** What of the server's definition decides which variables there are (../server.ts). */
export type Declared = {
  readonly name: string;
  readonly apis?: readonly Api[];
};

/** The name of every variable that a server has, whatever the mode and whoever signs people in. */
export function knownVariables({ apis = [] }: Pick<Declared, "apis">): string[] {
  const all = [
    ...Object.keys(common.shape),
    ...auditVariables,
    "AUTH_MODE",
    ...Object.keys(own.shape),
    ...signInVariables,
    ...apis.flatMap(upstreamApiVariables),
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
    if (missing.length === 0) return config;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError([...missing, ...error.problems]);
  }
  throw new ConfigError(missing);
}

/**
 * Turns the Worker's environment into a {@link Config}.
 *
 * @param declared the server's definition.
 * @param env the bindings and variables; an empty string counts as not set, because wrangler.jsonc
 *   lists each variable, empty where the operator has nothing to say.
 * @throws ConfigError naming every missing, wrong or misspelt variable at once.
 */
export function parseConfig(env: object, declared: Declared): Config {
  const { name, apis = [] } = declared;
  const variables = variablesIn(env);
  const parsed = common.safeParse(variables);
  const audit = parseAudit(variables);
  const authorization = parseAuthorization(variables);
  const upstreamApis = parseApis(apis, variables, authorization);
  const misspelt = misspeltNames(Object.keys(variables), knownVariables(declared));
  if (
    misspelt.length > 0 ||
    !parsed.success ||
    audit instanceof Problems ||
    authorization instanceof Problems ||
    upstreamApis instanceof Problems
  ) {
    throw new ConfigError(
      problemsAmong(
        new Problems(...misspelt),
        refusalsOf(parsed),
        audit,
        authorization,
        upstreamApis,
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
      // What is no address in ASCII stays as it is, and is nobody's.
      values.ADMINS.map((admin) => parseEmailAddress(admin)?.address ?? admin),
    ),
    allowedOrigins: new Set(values.ALLOWED_ORIGINS),
    sessionIdleTtlSeconds: values.SESSION_IDLE_TTL_SECONDS,
    logStacks: values.LOG_STACKS,
    audit,
    authorization,
    apis: upstreamApis,
  };
}

/**
 * The part of the configuration that the audit reads, which every object of the Worker records into.
 *
 * @throws ConfigError
 */
export function parseAuditConfig(env: object): AuditConfig {
  const audit = parseAudit(variablesIn(env));
  if (audit instanceof Problems) throw new ConfigError(audit.list);
  return audit;
}

function variablesIn(env: object): Variables {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
}

function parseApis(
  declared: readonly Api[],
  variables: Variables,
  authorization: Config["authorization"] | Problems,
): Config["apis"] | Problems {
  // By which ways tokens can be had is not known then.
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

function tokenWays(authorization: Config["authorization"]): TokenWays {
  return authorization.mode === "provider"
    ? { canExchange: false, identityProvider: authorization.identityProvider.kind }
    : { canExchange: authorization.client !== undefined, identityProvider: undefined };
}

function parseAuthorization(variables: Variables): Config["authorization"] | Problems {
  const mode = z.object({ AUTH_MODE: modeSchema }).safeParse(variables);
  // A mode that is itself wrong makes its variables meaningless, so they are not judged.
  if (!mode.success) return refusalsOf(mode);
  switch (mode.data.AUTH_MODE) {
    case "provider":
      return parseOwnAuthorization(variables);
    case "jwt":
      return parseJwtAuthorization(variables);
    case "introspection":
      return parseIntrospectionAuthorization(variables);
  }
}

function parseOwnAuthorization(variables: Variables): OwnAuthorization | Problems {
  const parsed = own.safeParse(variables);
  const identityProvider = parseIdentityProvider(variables);
  if (!parsed.success || identityProvider instanceof Problems) {
    return new Problems(...problemsAmong(refusalsOf(parsed), identityProvider));
  }
  const values = parsed.data;
  if (values.ALLOWED_PEOPLE?.groups.size && identityProvider.kind !== "oidc") {
    return new Problems(
      "ALLOWED_PEOPLE names a group, and only IDP=oidc tells the groups of people",
    );
  }
  return {
    mode: "provider",
    identityProvider,
    allowedPeople: values.ALLOWED_PEOPLE,
    allowedClients: values.ALLOWED_CLIENTS,
    dynamicClientRegistration: values.DYNAMIC_CLIENT_REGISTRATION,
    clientIdMetadataDocuments: values.CLIENT_ID_METADATA_DOCUMENTS,
    privateUseRedirectUris: values.PRIVATE_USE_REDIRECT_URIS,
    accessTokenTtlSeconds: values.ACCESS_TOKEN_TTL_SECONDS,
    grantIdleTtlSeconds: values.GRANT_IDLE_TTL_SECONDS,
    revocationDelaySeconds: values.REVOCATION_DELAY_SECONDS,
    operatorSecret: values.OPERATOR_SECRET,
  };
}
