import type { Api, ServiceConnection, UpstreamApi } from "../config";
import type { Config } from "../configuration";
import type { Principal } from "../identity/principal";
import type { UpstreamCredential } from "../identity/upstream-credential";
import { type ExchangeEndpoint, issuerExchange } from "../issuers/exchange-endpoint";
import { type ApiClient, apiClient, type Deliver } from "./api-client";
import { clientCredentials } from "./client-credentials";
import { goodHere, type IsGoodHere } from "./good-here";
import { identityTokens } from "./identity-tokens";
import { refusedCredential } from "./refused-credential";
import { signInTokens } from "./sign-in-tokens";
import { TakenTokens } from "./taken-tokens";
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
  /** The Worker's service bindings, by name: what is no Fetcher is none of these. */
  readonly binding: (name: string) => Fetcher | undefined;
  /** Tokens of a service that the person connected; undefined where the definition has no such (features.ts). */
  readonly linked: ((connection: ServiceConnection) => TokenSource) | undefined;
};

/** Every API that tools can call, and how they are called as one person. */
export type Upstreams = {
  readonly apis: ReadonlyMap<Api, UpstreamApi>;
  /** @param signal of the tool call. */
  clientsFor(caller: UpstreamCaller, signal: AbortSignal): (api: Api) => ApiClient;
};

type TokensFor = (caller: UpstreamCaller) => TokenSource;

export function createUpstreams({ apis, authorization, identityKeys }: Config): Upstreams {
  const identity = identityKeys && identityTokens(identityKeys);
  const taken = new TakenTokens();
  const isGoodHere = goodHere(authorization);
  const exchanged = exchangedTokens(authorization, isGoodHere, taken);
  const sources = new Map([...apis.values()].map((api) => [api, tokensFor(api)]));

  function tokensFor({ credential }: UpstreamApi): TokensFor {
    switch (credential.by) {
      case "sign-in":
        return (caller) => signInTokens(caller.credential, caller.endRefusedGrant, taken);
      case "exchange":
        return exchanged;
      case "connection":
        return ({ linked }) => linked?.(credential.connection) ?? noTokens;
      case "key":
        return () => ownCredential(async () => credential.key);
      case "identity":
        return ({ principal }) => ownCredential((api) => signed(identity, principal, api));
      case "client-credentials": {
        const source = clientCredentials(credential, isGoodHere);
        return ({ principal }) => source(principal);
      }
    }
  }

  return {
    apis,
    clientsFor(caller, signal) {
      return (declared) => {
        const api = apis.get(declared);
        const tokens = api && sources.get(api)?.(caller);
        if (api === undefined || tokens === undefined) {
          throw new UpstreamError("misconfigured", "This server is not set up to call that API.");
        }
        const deliver = delivery(api, caller, identity);
        return apiClient(api, tokens, signal, undefined, deliver);
      };
    },
  };
}

/** How requests get to an API: over the network or a service binding, with who the person is where it is told. */
function delivery(
  api: UpstreamApi,
  { principal, binding }: UpstreamCaller,
  identity: ReturnType<typeof identityTokens> | undefined,
): Deliver {
  const { identityHeader } = api;
  const bound = api.binding === undefined ? undefined : binding(api.binding);
  const send: Deliver =
    bound === undefined ? (url, init) => fetch(url, init) : (url, init) => bound.fetch(url, init);
  if (identityHeader === undefined) return send;
  return async (url, init) => {
    const headers = new Headers(init.headers);
    headers.set(identityHeader, await signed(identity, principal, api));
    return send(url, { ...init, headers });
  };
}

/** The configuration has no API that is told who the person is where there are no keys. */
async function signed(
  identity: ReturnType<typeof identityTokens> | undefined,
  principal: Principal,
  api: UpstreamApi,
): Promise<string> {
  if (identity === undefined)
    throw new UpstreamError("misconfigured", "This server has no key to say who you are.");
  return identity(principal, api);
}

/** What does not get better by asking again: a key, or what this server signs. */
function ownCredential(accessToken: TokenSource["accessToken"]): TokenSource {
  return {
    accessToken,
    async refused(api, _accessToken, challenge) {
      throw refusedCredential(api, challenge);
    },
  };
}

/** Tokens that whoever issued the caller's, or the sign-in's, gives in exchange. */
function exchangedTokens(
  authorization: Config["authorization"],
  isGoodHere: IsGoodHere,
  taken: TakenTokens,
): TokensFor {
  const endpoint = exchangeEndpoint(authorization);
  if (endpoint === undefined) return () => noTokens;
  return tokenExchange(endpoint, isGoodHere, taken);
}

function exchangeEndpoint(authorization: Config["authorization"]): ExchangeEndpoint | undefined {
  if (authorization.mode === "provider") return authorization.identityProvider.exchange;
  const { client, issuers } = authorization;
  return client && issuerExchange(issuers[0], client);
}

/** The configuration has no API that needs one then, so this is not reached. */
const noTokens: TokenSource = {
  accessToken: () => {
    throw new UpstreamError("misconfigured", "This server has no tokens for other APIs.");
  },
  refused: async () => false,
};
