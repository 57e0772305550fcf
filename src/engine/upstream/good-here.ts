import type { Config } from "../configuration";
import { protectedResources } from "../identity/protected-resources";
import { introspectionEndpoint } from "../issuers/introspection-endpoint";
import { claimsOf } from "./exchange-answer";

/**
 * Whether this server itself would take a token.
 *
 * @param resource the one that the caller of the tool has a token for.
 * @throws ValueUnavailable when that cannot be known.
 */
export type IsGoodHere = (accessToken: string, resource: string) => Promise<boolean>;

/**
 * By the audience: TOKEN_AUDIENCE, or either of the two resources, whatever else the token says. One that says
 * nothing itself is asked about, where tokens are introspected.
 */
export function goodHere(authorization: Config["authorization"]): IsGoodHere {
  const { mode } = authorization;
  // Our own tokens say nothing of themselves, and no identity provider knows them.
  const audience = mode === "provider" ? undefined : authorization.audience;
  const introspect = mode === "introspection" ? introspectionEndpoint(authorization) : undefined;

  return async (accessToken, resource) => {
    const { mcp, sse } = protectedResources(new URL(resource).origin);
    const ours: unknown[] = [resource, mcp, sse, ...(audience === undefined ? [] : [audience])];
    const isOurs = (aud: unknown) => [aud].flat().some((one) => ours.includes(one));
    if (isOurs(claimsOf(accessToken)?.aud)) return true;
    const said = await introspect?.(accessToken);
    return said?.active === true && isOurs(said.aud);
  };
}
