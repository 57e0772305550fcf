// Imports here end in .ts, because dev/ runs this folder in Node.js as it is.
import * as z from "zod";
import { type AllowedClients, allowedClients } from "./allowed-clients.ts";
import { type AllowedPeople, allowedPeople } from "./allowed-people.ts";
import { type AuditConfig, auditSchema } from "./audit.ts";
import {
  type ExternalAuthorization,
  parseIntrospectionAuthorization,
  parseJwtAuthorization,
} from "./external-authorization.ts";
import { type IdentityProviderConfig, parseIdentityProvider } from "./identity-provider.ts";
import { parseUpstreamApi, type UpstreamApiConfig } from "./upstream-api.ts";
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
export type {
  ClientCredential,
  KeyCredential,
  PrivateJwk,
  SecretCredential,
} from "./client-credential.ts";
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
export type { UpstreamApiConfig } from "./upstream-api.ts";
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
  audit: AuditConfig;
  /** Whose access tokens are accepted (AUTH_MODE). */
  authorization: OwnAuthorization | ExternalAuthorization;
  /** Undefined where tools call none. */
  upstreamApi: UpstreamApiConfig | undefined;
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
  clientIdMetadataDocuments: boolean;
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
  SERVER_NAME: z.string().max(60, "must be at most 60 characters").default("Gatehouse"),
  PUBLIC_URL: origin.optional(),
  SESSION_SECRET: required(
    "a random string of at least 32 characters, for example from `openssl rand -base64 32`",
  ).min(32, "must be at least 32 characters, for example from `openssl rand -base64 32`"),
  ADMINS: list,
  // `null` is what pages in a sandbox and from files send (mcp/origin.ts).
  ALLOWED_ORIGINS: list.pipe(z.array(z.literal("null").or(origin))),
  SESSION_IDLE_TTL_SECONDS: ttlSeconds.default(86_400),
});

const modeSchema = z
  .enum(["provider", "jwt", "introspection"], 'must be "provider", "jwt" or "introspection"')
  .default("provider");

const own = z.object({
  ALLOWED_PEOPLE: allowedPeople,
  ALLOWED_CLIENTS: allowedClients,
  DYNAMIC_CLIENT_REGISTRATION: onOff.default(true),
  CLIENT_ID_METADATA_DOCUMENTS: onOff.default(true),
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

/**
 * Turns the Worker's environment into a {@link Config}.
 *
 * @param env the bindings and variables; an empty string counts as not set, because wrangler.jsonc
 *   lists each variable, empty where the operator has nothing to say.
 * @throws ConfigError naming every missing or wrong variable at once.
 */
export function parseConfig(env: object): Config {
  const variables = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const parsed = common.safeParse(variables);
  const audit = auditSchema.safeParse(variables);
  const authorization = parseAuthorization(variables);
  const upstreamApi = parseUpstreamApi(variables);
  if (
    !(parsed.success && audit.success) ||
    authorization instanceof Problems ||
    upstreamApi instanceof Problems
  ) {
    throw new ConfigError(
      problemsAmong(refusalsOf(parsed), refusalsOf(audit), authorization, upstreamApi),
    );
  }
  if (upstreamApi !== undefined && !canExchange(authorization)) {
    throw new ConfigError([
      "UPSTREAM_API_URL needs tokens to be exchanged: set AUTH_MODE to jwt or introspection, and " +
        "AS_CLIENT_ID with AS_CLIENT_SECRET or AS_PRIVATE_KEY; or remove it",
    ]);
  }
  const values = parsed.data;
  return {
    serverName: values.SERVER_NAME,
    publicUrl: values.PUBLIC_URL,
    sessionSecret: values.SESSION_SECRET,
    admins: new Set(
      values.ADMINS.map((admin) => (admin.includes("@") ? admin.toLowerCase() : admin)),
    ),
    allowedOrigins: new Set(values.ALLOWED_ORIGINS),
    sessionIdleTtlSeconds: values.SESSION_IDLE_TTL_SECONDS,
    audit: audit.data,
    authorization,
    upstreamApi,
  };
}

function canExchange(authorization: Config["authorization"]): boolean {
  return authorization.mode !== "provider" && authorization.client !== undefined;
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
