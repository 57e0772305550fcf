/// <reference path="../oidc-provider.d.ts" />

import { errors } from "oidc-provider";

/** An API whose tokens come from here. */
export type ProtectedApi = { readonly resource: string; readonly scopes: readonly string[] };

const TTL_SECONDS = 3_600;

/** What oidc-provider is told of an API, to issue JWTs for it (RFC 9068). */
export function resourceServer(apis: readonly ProtectedApi[], resource: string) {
  const api = apis.find((candidate) => candidate.resource === resource);
  if (api === undefined) throw new errors.InvalidTarget();
  return {
    scope: api.scopes.join(" "),
    audience: resource,
    accessTokenFormat: "jwt",
    accessTokenTTL: TTL_SECONDS,
    jwt: { sign: { alg: "RS256" } },
  } as const;
}
