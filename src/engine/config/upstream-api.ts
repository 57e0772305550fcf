import * as z from "zod";
import type { Api } from "./define-api.ts";
import { Problems, refusalsOf, scopeList, secureUrl } from "./variables.ts";

/** An API that tools can call under this configuration. */
export type UpstreamApi = Pick<Api, "name" | "access"> & {
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
};

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

/** The names of the variables of a declared API. */
export function upstreamApiVariables({ variables }: Pick<Api, "variables">): string[] {
  return Object.keys(schema.shape).map((name) => `${variables}_${name}`);
}

/**
 * Reads the variables of a declared API, which begin with `api.variables`.
 *
 * @returns undefined when the configuration does not have the API.
 */
export function parseUpstreamApi(
  api: Api,
  variables: Record<string, unknown>,
  ways: TokenWays,
): UpstreamApi | undefined | Problems {
  const { name, access, defaultUrl } = api;
  const prefixed = (variable: string) => `${api.variables}_${variable}`;
  if (access.by === "sign-in" && access.identityProvider !== ways.identityProvider)
    return undefined;
  if ((variables[prefixed("URL")] ?? defaultUrl) === undefined) return undefined;
  const parsed = schema.safeParse({
    ...Object.fromEntries(
      Object.keys(schema.shape).map((variable) => [variable, variables[prefixed(variable)]]),
    ),
    URL: variables[prefixed("URL")] ?? defaultUrl,
  });
  if (!parsed.success) return refusalsOf(parsed, prefixed);
  if (access.by === "exchange" && !ways.canExchange) {
    return new Problems(
      `${prefixed("URL")} needs tokens to be exchanged: set AUTH_MODE to jwt or introspection, and ` +
        "AS_CLIENT_ID with AS_CLIENT_SECRET or AS_PRIVATE_KEY; or remove it",
    );
  }
  const { URL: url, NAME, AUDIENCE: audience, RESOURCE, SCOPES: scopes } = parsed.data;
  return {
    name,
    access,
    displayName: NAME ?? api.displayName ?? new URL(url).host,
    url: url.replace(/\/+$/, ""),
    resource: RESOURCE ?? (audience === undefined ? url : undefined),
    audience,
    scopes,
  };
}
