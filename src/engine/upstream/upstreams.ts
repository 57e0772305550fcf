import type { Api, UpstreamApi } from "../config";
import type { Config } from "../configuration";
import type { Principal } from "../identity/principal";
import type { UpstreamCredential } from "../identity/upstream-credential";
import { type ApiClient, apiClient } from "./api-client";
import { goodHere } from "./good-here";
import { signInTokens } from "./sign-in-tokens";
import { type Exchanged, tokenExchange } from "./token-exchange";
import type { TokenSource } from "./token-source";
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
  readonly apis: ReadonlyMap<Api, UpstreamApi>;
  /** @param signal of the tool call. */
  clientsFor(caller: UpstreamCaller, signal: AbortSignal): (api: Api) => ApiClient;
};

export function createUpstreams({ apis, authorization }: Config): Upstreams {
  const exchanged = exchangedTokens(authorization);
  return {
    apis,
    clientsFor(caller, signal) {
      return (declared) => {
        const api = apis.get(declared);
        if (api === undefined) {
          throw new UpstreamError("misconfigured", "This server is not set up to call that API.");
        }
        const tokens =
          api.access.by === "sign-in"
            ? signInTokens(caller.credential, caller.endRefusedGrant)
            : exchanged(caller);
        return apiClient(api, tokens, signal);
      };
    },
  };
}

/** Tokens that the external authorization server gives in exchange for the caller's. */
function exchangedTokens(
  authorization: Config["authorization"],
): (caller: UpstreamCaller) => TokenSource {
  if (authorization.mode === "provider") return () => noTokens;
  const { client, issuers } = authorization;
  if (client === undefined) return () => noTokens;
  return tokenExchange(issuers[0], client, goodHere(authorization));
}

/** The configuration has no API that needs one then, so this is not reached. */
const noTokens: TokenSource = {
  accessToken: () => {
    throw new UpstreamError("misconfigured", "This server has no tokens for other APIs.");
  },
  refused: async () => false,
};
