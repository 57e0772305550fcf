import type { Config } from "../config";
import type { Principal } from "../identity/principal";
import type { UpstreamCredential } from "../identity/upstream-credential";
import { type ApiClient, apiClient } from "./api-client";
import { goodHere } from "./good-here";
import { signInTokens } from "./sign-in-tokens";
import { type Exchanged, tokenExchange } from "./token-exchange";
import type { TokenSource } from "./token-source";
import { type UpstreamApi, type UpstreamName, upstreamApis } from "./upstream-api";
import { UpstreamError } from "./upstream-error";

/** For whom APIs are called, and what that request brought along. */
export type UpstreamCaller = {
  readonly principal: Principal;
  /** Asked for only when a tool calls an API. */
  readonly credential: () => Promise<UpstreamCredential | undefined>;
  /** Ends the grant behind the request; see grants/end-grant.ts. */
  readonly endRefusedGrant: (upstreamAccessToken: string) => Promise<boolean>;
  /** Told of each token that was got for an API in exchange, or was refused. */
  readonly onExchange: (exchange: Exchanged) => void;
};

/** Every API that tools can call, and how they are called as one person. */
export type Upstreams = {
  readonly apis: ReadonlyMap<UpstreamName, UpstreamApi>;
  /** @param signal of the tool call. */
  clientsFor(caller: UpstreamCaller, signal: AbortSignal): (name: UpstreamName) => ApiClient;
};

export function createUpstreams(config: Config): Upstreams {
  const apis = upstreamApis(config);
  const tokensFor = tokenSources(config);
  return {
    apis,
    clientsFor(caller, signal) {
      const tokens = tokensFor(caller);
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
function tokenSources({ authorization }: Config): (caller: UpstreamCaller) => TokenSource {
  if (authorization.mode === "provider") {
    return ({ credential, endRefusedGrant }) => signInTokens(credential, endRefusedGrant);
  }
  const { client, issuers } = authorization;
  if (client === undefined) return () => noTokens;
  return tokenExchange(issuers[0], client, goodHere(authorization));
}

/** No toolset that calls an API is offered then, so this is not reached. */
const noTokens: TokenSource = {
  accessToken: () => {
    throw new UpstreamError("misconfigured", "This server has no tokens for other APIs.");
  },
  refused: async () => false,
};
