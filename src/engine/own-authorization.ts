import * as z from "zod";
import { type AllowedClients, allowedClients } from "./config/allowed-clients";
import { type AllowedPeople, allowedPeople } from "./config/allowed-people";
import type { Api } from "./config/define-api";
import { onOff, Problems, problemsAmong, refusalsOf, ttlSeconds } from "./config/variables";
import type { ConfiguredProvider, IdentityProviderDefinition } from "./providers/define-provider";
import { parseIdentityProvider } from "./providers/parse-identity-provider";

/** AUTH_MODE=provider: this server issues the tokens itself, and an identity provider signs people in. */
export type OwnAuthorization = {
  mode: "provider";
  identityProvider: ConfiguredProvider;
  /** Undefined allows anybody that the identity provider signs in. */
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
  /** The operator's secret for ending grants from outside; undefined when nobody can. */
  operatorSecret: string | undefined;
};

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

/** The names of the variables that are read here, whoever signs people in. */
export const ownAuthorizationVariables: readonly string[] = Object.keys(own.shape);

/** @param variables without the empty ones. */
export function parseOwnAuthorization(
  variables: Record<string, unknown>,
  {
    identityProviders = [],
    apis = [],
  }: {
    readonly identityProviders?: readonly IdentityProviderDefinition[];
    readonly apis?: readonly Api[];
  },
): OwnAuthorization | Problems {
  const parsed = own.safeParse(variables);
  const groups = parsed.data?.ALLOWED_PEOPLE?.groups ?? new Set();
  const identityProvider = parseIdentityProvider(variables, identityProviders, { groups, apis });
  if (!parsed.success || identityProvider instanceof Problems) {
    return new Problems(...problemsAmong(refusalsOf(parsed), identityProvider));
  }
  const values = parsed.data;
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
