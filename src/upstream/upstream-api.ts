import type { Config } from "../config";

/** The APIs that tools can call as the person: `api` is your product's (UPSTREAM_API_URL). */
export type UpstreamName = "api";

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
}: Pick<Config, "upstreamApi">): ReadonlyMap<UpstreamName, UpstreamApi> {
  return new Map(
    upstreamApi === undefined ? [] : [["api", { name: "api", ...upstreamApi }] as const],
  );
}
