import * as z from "zod";
import { type ApiCredential, credentialVariables, parseApiCredential } from "./api-credential.ts";
import type { Api, ExchangeAccess } from "./define-api.ts";
import type { ServiceConnection } from "./service-connection.ts";
import { Problems, problemsAmong, refusalsOf, scopeList, secureUrl } from "./variables.ts";

/** An API that tools can call under this configuration. */
export type UpstreamApi = Pick<Api, "name" | "identityHeader" | "binding"> & {
  readonly credential: ApiCredential;
  /** As people know it, for messages. */
  readonly displayName: string;
  /** The base of its addresses, without a slash at the end. */
  readonly url: string;
  /** What the authorization server knows it by, as a URL (RFC 8707). */
  readonly resource: string | undefined;
  /** What it knows it by, as a name (RFC 8693, section 2.1); some servers take only this. */
  readonly audience: string | undefined;
  /** What a token for it is asked to allow; none leaves it to the authorization server. */
  readonly scopes: readonly string[];
  /** What it is asked to allow besides, for each scope of this server that the person has given. */
  readonly scopesOf?: Api["scopes"];
};

/** What a token for an API is asked to allow, where the person has allowed the client these scopes here. */
export function scopesAsked(
  { scopes, scopesOf = {} }: Pick<UpstreamApi, "scopes" | "scopesOf">,
  given: readonly string[],
): string[] {
  return [...new Set([...scopes, ...given.flatMap((scope) => scopesOf[scope] ?? [])])];
}

/** What of the configuration decides by which ways tokens can be had. */
export type TokenWays = {
  readonly canExchange: boolean;
  /** Who signs people in; undefined where another authorization server does. */
  readonly identityProvider: string | undefined;
};

const schema = z.object({
  URL: secureUrl,
  NAME: z.string().optional(),
  RESOURCE: z.url("must be a URL, as RFC 8707 asks").optional(),
  AUDIENCE: z.string().optional(),
  SCOPES: scopeList,
});

/** How people connect an API; undefined for one that they do not. */
export function connectionOf({
  credential,
}: Pick<UpstreamApi, "credential">): ServiceConnection | undefined {
  return credential.by === "connection" ? credential.connection : undefined;
}

/** The names of the variables of a declared API. */
export function upstreamApiVariables(api: Pick<Api, "variables" | "access">): string[] {
  const names = [...Object.keys(schema.shape), ...credentialVariables(api)];
  return names.map((name) => `${api.variables}_${name}`);
}

/** What the variables of a declared API say; undefined where it is not there, or they are wrong. */
export function upstreamApiValues(api: Api, variables: Record<string, unknown>) {
  return parsedValues(api, variables)?.data;
}

/** @returns undefined when the configuration does not have the API. */
function parsedValues(api: Api, variables: Record<string, unknown>) {
  const { binding } = api;
  if (binding !== undefined && variables[binding] === undefined) return undefined;
  const bound = binding && `https://${api.name}.internal`;
  const url = variables[`${api.variables}_URL`] ?? api.defaultUrl ?? bound;
  if (api.access.by === "connection") {
    // An address that the definition has is no wish to have the API: its client is, and needs an address.
    const isWanted = [...credentialVariables(api), "URL"].some(
      (name) => variables[`${api.variables}_${name}`] !== undefined,
    );
    if (!isWanted) return undefined;
  } else if (url === undefined) return undefined;
  return schema.safeParse({
    ...Object.fromEntries(
      Object.keys(schema.shape).map((name) => [name, variables[`${api.variables}_${name}`]]),
    ),
    URL: url,
  });
}

/**
 * Reads the variables of a declared API, which begin with `api.variables`.
 *
 * @param variables with the bindings: an API behind a service binding is there where that is.
 * @returns undefined when the configuration does not have the API.
 */
export function parseUpstreamApi(
  api: Api,
  variables: Record<string, unknown>,
  ways: TokenWays,
): UpstreamApi | undefined | Problems {
  const { name, access, binding, identityHeader } = api;
  const prefixed = (variable: string) => `${api.variables}_${variable}`;
  if (access.by === "sign-in" && access.identityProvider !== ways.identityProvider)
    return undefined;
  const parsed = parsedValues(api, variables);
  if (parsed === undefined) return undefined;
  const credential = parseApiCredential(
    api,
    Object.fromEntries(
      [...Object.keys(schema.shape), ...credentialVariables(api)].map((variable) => [
        variable,
        variables[prefixed(variable)],
      ]),
    ),
  );
  if (!parsed.success || credential instanceof Problems)
    return new Problems(...problemsAmong(refusalsOf(parsed, prefixed), credential));
  const problem = access.by === "exchange" ? exchangeProblem(access, parsed.data, ways) : undefined;
  if (problem !== undefined) return new Problems(prefixed(problem));
  if (access.by === "connection" && ways.identityProvider === undefined) {
    return new Problems(
      `${prefixed("URL")} needs AUTH_MODE=provider: people connect ${access.service.displayName} in their browser, ` +
        "signed in to this server, which they never are where another authorization server signs them in; " +
        `remove the variables of ${api.variables}, or let this server sign people in`,
    );
  }
  const serviceName = access.by === "connection" ? access.service.displayName : undefined;
  const { URL: url, NAME, AUDIENCE: audience, RESOURCE, SCOPES: scopes } = parsed.data;
  // An identity provider refuses what it does not expect: there, and with Entra, the operator names the API.
  const isNamed =
    access.by !== "sign-in" && !(access.by === "exchange" && access.grant === "on-behalf-of");
  return {
    name,
    credential,
    ...(binding !== undefined && { binding }),
    ...(identityHeader !== undefined && { identityHeader }),
    displayName: NAME ?? api.displayName ?? serviceName ?? new URL(url).host,
    url: url.replace(/\/+$/, ""),
    resource: RESOURCE ?? (isNamed && audience === undefined ? url : undefined),
    audience,
    scopes,
    ...(api.scopes !== undefined && { scopesOf: api.scopes }),
  };
}

function exchangeProblem(
  { grant, subject }: ExchangeAccess,
  { SCOPES: scopes }: z.output<typeof schema>,
  { canExchange, identityProvider }: TokenWays,
): string | undefined {
  if (!canExchange) {
    return identityProvider === undefined
      ? "URL needs tokens to be exchanged: set AS_CLIENT_ID with AS_CLIENT_SECRET or AS_PRIVATE_KEY; or remove it"
      : "URL needs tokens to be exchanged: set IDP=oidc with a client secret or key, or AUTH_MODE to jwt or " +
          "introspection, and AS_CLIENT_ID with AS_CLIENT_SECRET or AS_PRIVATE_KEY; or remove it";
  }
  if (subject === "id-token" && identityProvider === undefined) {
    return "URL needs the ID token of a sign-in, which only AUTH_MODE=provider has: remove it";
  }
  if (grant === "on-behalf-of" && scopes.length === 0) {
    return "SCOPES is missing: on-behalf-of names the API by its scope, such as api://tickets/.default";
  }
  return undefined;
}
