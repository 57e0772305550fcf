import type { Config } from "../config";
import type { Principal } from "../identity/principal";
import type { UpstreamCredential } from "../identity/upstream-credential";
import { type ApiClient, apiClient } from "./api-client";
import { tokenExchange } from "./token-exchange";
import type { TokenSource } from "./token-source";
import { type UpstreamApi, type UpstreamName, upstreamApis } from "./upstream-api";
import { UpstreamError } from "./upstream-error";

/** Every API that tools can call, and how they are called as one person. */
export type Upstreams = {
  readonly apis: ReadonlyMap<UpstreamName, UpstreamApi>;
  /**
   * @param credential of the request; asked for only when a tool calls an API.
   * @param signal of the tool call.
   */
  clientsFor(
    principal: Principal,
    credential: () => Promise<UpstreamCredential | undefined>,
    signal: AbortSignal,
  ): (name: UpstreamName) => ApiClient;
};

export function createUpstreams(config: Config): Upstreams {
  const apis = upstreamApis(config);
  const tokensFor = tokenSources(config);
  return {
    apis,
    clientsFor(principal, credential, signal) {
      const tokens = tokensFor(principal, credential);
      return (name) => {
        const api = apis.get(name);
        if (api === undefined) {
          throw new UpstreamError("misconfigured", "This server is not set up to call that API.");
        }
        return apiClient(api, tokens, signal);
      };
    },
  };
}

/** How this configuration comes to tokens for APIs: one way for each AUTH_MODE. */
function tokenSources({
  authorization,
}: Config): (
  principal: Principal,
  credential: () => Promise<UpstreamCredential | undefined>,
) => TokenSource {
  if (authorization.mode === "provider" || authorization.client === undefined)
    return () => noTokens;
  return tokenExchange(authorization.issuers[0], authorization.client);
}

/** No toolset that calls an API is offered then, so this is not reached. */
const noTokens: TokenSource = {
  accessToken: () => {
    throw new UpstreamError("misconfigured", "This server has no tokens for other APIs.");
  },
  refused: async () => false,
};
