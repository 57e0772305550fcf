import * as z from "zod";
import { type ApiCredential, credentialVariables, parseApiCredential } from "./api-credential.ts";
import type { Api } from "./define-api.ts";
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
export function upstreamApiVariables(api: Pick<Api, "variables" | "access">): string[] {
  const names = [...Object.keys(schema.shape), ...credentialVariables(api)];
  return names.map((name) => `${api.variables}_${name}`);
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
  if (binding !== undefined && variables[binding] === undefined) return undefined;
  const base =
    variables[prefixed("URL")] ?? api.defaultUrl ?? (binding && `https://${name}.internal`);
  if (base === undefined) return undefined;
  const values = Object.fromEntries(
    [...Object.keys(schema.shape), ...credentialVariables(api)].map((variable) => [
      variable,
      variables[prefixed(variable)],
    ]),
  );
  const parsed = schema.safeParse({ ...values, URL: base });
  const credential = parseApiCredential(api, values);
  if (!parsed.success || credential instanceof Problems)
    return new Problems(...problemsAmong(refusalsOf(parsed, prefixed), credential));
  if (access.by === "exchange" && !ways.canExchange) {
    return new Problems(
      `${prefixed("URL")} needs tokens to be exchanged: set AUTH_MODE to jwt or introspection, and ` +
        "AS_CLIENT_ID with AS_CLIENT_SECRET or AS_PRIVATE_KEY; or remove it",
    );
  }
  const { URL: url, NAME, AUDIENCE: audience, RESOURCE, SCOPES: scopes } = parsed.data;
  return {
    name,
    credential,
    ...(binding !== undefined && { binding }),
    ...(identityHeader !== undefined && { identityHeader }),
    displayName: NAME ?? api.displayName ?? new URL(url).host,
    url: url.replace(/\/+$/, ""),
    resource: RESOURCE ?? (audience === undefined ? url : undefined),
    audience,
    scopes,
  };
}
