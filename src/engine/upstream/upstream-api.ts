import type { Config } from "../config";

/**
 * The APIs that tools can call as the person: `api` is your product's (UPSTREAM_API_URL), `cloudflare`
 * that of the identity provider (IDP=cloudflare).
 */
export type UpstreamName = "api" | "cloudflare";

export type UpstreamApi = {
  readonly name: UpstreamName;
  /** As people know it, for messages. */
  readonly displayName: string;
  /** The base of its addresses, without a slash at the end. */
  readonly url: string;
  /** What the authorization server knows it by, the `aud` of its tokens: a URL (RFC 8707) or a name (RFC 8693). */
  readonly resource: string | undefined;
  readonly audience: string | undefined;
  /** What a token for it is asked to allow; none leaves it to the authorization server. */
  readonly scopes: readonly string[];
};

/** The APIs that this configuration reaches. Toolsets that need another one are not offered. */
export function upstreamApis({
  upstreamApi,
  authorization,
}: Pick<Config, "upstreamApi" | "authorization">): ReadonlyMap<UpstreamName, UpstreamApi> {
  const apis: UpstreamApi[] = [];
  if (upstreamApi !== undefined) apis.push({ name: "api", ...upstreamApi });
  if (authorization.mode === "provider" && authorization.identityProvider.apiUrl !== undefined) {
    const { displayName, apiUrl: url } = authorization.identityProvider;
    const noExchange = { resource: undefined, audience: undefined, scopes: [] };
    apis.push({ name: "cloudflare", displayName, url, ...noExchange });
  }
  return new Map(apis.map((api) => [api.name, api]));
}
