import * as z from "zod";
import type { Service, ServiceScope } from "./define-service.ts";
import { Problems, refusalsOf, required, scopeList, secureUrl } from "./variables.ts";

/**
 * How this server is a client of a service that people connect. Plain data, as it travels to where tokens
 * are renewed.
 */
export type ServiceConnection = {
  /** Names the API in ids and addresses. */
  readonly api: string;
  readonly displayName: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly clientAuthentication: Service["clientAuthentication"];
  readonly scopes: readonly ServiceScope[];
  readonly authorizationParameters: Readonly<Record<string, string>>;
  /** Of each token request (RFC 8707, section 2.2). */
  readonly tokenParameters: Readonly<Record<string, string>>;
  readonly server:
    | { readonly issuer: string }
    | {
        readonly authorizationEndpoint: string;
        readonly tokenEndpoint: string;
        readonly revocationEndpoint: string | undefined;
      };
};

const schema = z.object({
  CLIENT_ID: required("the client id that the service gave this server"),
  CLIENT_SECRET: required("the client secret that the service gave this server"),
  /** In place of where the definition says that the service is: a server of one's own. */
  ISSUER: secureUrl.optional(),
  SCOPES: scopeList,
  /** Of the API, where it is set (RFC 8707); `audience` is its form at Auth0 and others. */
  RESOURCE: z.string().optional(),
  AUDIENCE: z.string().optional(),
});

/** What comes after the prefix in the names of the variables that a service adds to those of its API. */
export const serviceVariables: readonly string[] = ["CLIENT_ID", "CLIENT_SECRET", "ISSUER"];

/**
 * @param api its name.
 * @param values by the names without the API's prefix.
 */
export function parseServiceConnection(
  api: string,
  service: Service,
  values: Record<string, unknown>,
  prefixed: (variable: string) => string,
): ServiceConnection | Problems {
  const parsed = schema.safeParse(values);
  if (!parsed.success) return refusalsOf(parsed, prefixed);
  const { CLIENT_ID, CLIENT_SECRET, ISSUER, SCOPES, RESOURCE, AUDIENCE } = parsed.data;
  const unknown = SCOPES.filter((scope) => !service.scopes.some(({ name }) => name === scope));
  if (unknown.length > 0) {
    return new Problems(
      `${prefixed("SCOPES")} names ${unknown.join(" ")}, which the service's definition does not describe: ` +
        "people could not be told what it allows",
    );
  }
  const resource: Record<string, string> = RESOURCE === undefined ? {} : { resource: RESOURCE };
  return {
    api,
    displayName: service.displayName,
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    clientAuthentication: service.clientAuthentication,
    scopes:
      SCOPES.length === 0
        ? service.scopes
        : service.scopes.filter(({ name }) => SCOPES.includes(name)),
    tokenParameters: resource,
    authorizationParameters: {
      ...resource,
      ...(AUDIENCE !== undefined && { audience: AUDIENCE }),
      ...service.authorizationParameters,
    },
    server: serverOf(service, ISSUER),
  };
}

function serverOf(service: Service, issuer: string | undefined): ServiceConnection["server"] {
  if (issuer !== undefined) return { issuer };
  if ("issuer" in service) return { issuer: service.issuer };
  const { authorizationEndpoint, tokenEndpoint, revocationEndpoint } = service;
  return { authorizationEndpoint, tokenEndpoint, revocationEndpoint };
}
