import * as oauth from "oauth4webapi";
import type { ClientCredential, UpstreamApi } from "../config";
import type { Principal } from "../identity/principal";
import type { UpstreamCredential } from "../identity/upstream-credential";
import {
  authorizationServerMetadata,
  requestOptions,
} from "../issuers/authorization-server-metadata";
import { clientRequests } from "../issuers/client-requests";
import { tokenAnswer } from "./exchange-answer";
import { exchangeFailure } from "./exchange-failure";
import { EXCHANGE_TIMEOUT_MS, type ExchangedToken, ExchangedTokens } from "./exchanged-tokens";
import type { IsGoodHere } from "./good-here";
import type { TokenSource } from "./token-source";
import { UpstreamError } from "./upstream-error";

const TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";

/** An exchange that was made, without the tokens: who knows the person, and who asked for which API. */
export type Exchanged = {
  readonly outcome: "ok" | "failed";
  readonly issuer: string;
  /** What this server is called at the issuer. */
  readonly application: string;
  /** The resource or the audience that the token is for. */
  readonly api: string;
  readonly scopes: string[];
};

/** Whose tokens are exchanged, and who is told of it. */
type ExchangeCaller = {
  readonly principal: Principal;
  readonly credential: () => Promise<UpstreamCredential | undefined>;
  readonly onExchange: (exchange: Exchanged) => void;
};

/**
 * Tokens for APIs by token exchange (RFC 8693): the caller's token is given to the authorization
 * server that issued it, which answers with one for the API, of the same person.
 *
 * @param isGoodHere refuses what must not reach any API.
 * @returns the token source of one request.
 */
export function tokenExchange(
  issuer: string,
  application: ClientCredential,
  isGoodHere: IsGoodHere,
): (caller: ExchangeCaller) => TokenSource {
  const metadata = authorizationServerMetadata(issuer);
  const client: oauth.Client = { client_id: application.clientId };
  const authenticated = clientRequests(application, "token");
  const tokens = new ExchangedTokens();

  async function exchange(
    api: UpstreamApi,
    principal: Principal,
    subjectToken: string,
  ): Promise<ExchangedToken> {
    const found = await metadata.get();
    const ask = (server: oauth.AuthorizationServer) => request(server, api, subjectToken);
    const response = await ask(found).catch(async (error: unknown) => {
      if (error instanceof oauth.ResponseBodyError) throw error;
      // The endpoint may have moved: the metadata is kept for an hour.
      const renewed = await metadata.renewed().catch(() => found);
      if (renewed.token_endpoint === found.token_endpoint) throw error;
      return ask(renewed);
    });
    const token = await tokenAnswer(response);
    const { accessToken } = token;
    if (accessToken === subjectToken || (await isGoodHere(accessToken, principal.resource))) {
      throw ourOwn();
    }
    return token;
  }

  /** @throws what exchangeFailure explains, for any answer but a 200. */
  async function request(
    server: oauth.AuthorizationServer,
    api: UpstreamApi,
    subjectToken: string,
  ): Promise<Response> {
    const response = await authenticated(server, (authentication) =>
      oauth.genericTokenEndpointRequest(
        server,
        client,
        authentication,
        TOKEN_EXCHANGE,
        {
          subject_token: subjectToken,
          subject_token_type: ACCESS_TOKEN,
          requested_token_type: ACCESS_TOKEN,
          ...(api.resource !== undefined && { resource: api.resource }),
          ...(api.audience !== undefined && { audience: api.audience }),
          ...(api.scopes.length > 0 && { scope: api.scopes.join(" ") }),
        },
        requestOptions(issuer, EXCHANGE_TIMEOUT_MS / 2),
      ),
    );
    // It throws for an error answer, and reads that as RFC 6749 has it; what a 200 has is read here.
    if (response.status !== 200) {
      await oauth.processGenericTokenEndpointResponse(server, client, response);
    }
    return response;
  }

  const told = (api: UpstreamApi, outcome: Exchanged["outcome"]): Exchanged => ({
    outcome,
    issuer,
    application: application.clientId,
    api: api.resource ?? api.audience ?? api.displayName,
    scopes: [...api.scopes],
  });

  return ({ principal, credential, onExchange }) => ({
    async accessToken(api) {
      const found = await credential();
      if (found?.kind !== "subject-token") {
        throw new UpstreamError("misconfigured", "There is no token to exchange for this API's.");
      }
      return tokens.get(keyOf(principal, api), async () => {
        try {
          const token = await exchange(api, principal, found.token);
          onExchange(told(api, "ok"));
          return token;
        } catch (error) {
          onExchange(told(api, "failed"));
          throw exchangeFailure(api, error);
        }
      });
    },
    async refused(api, accessToken) {
      tokens.forget(keyOf(principal, api), accessToken);
      return true;
    },
  });
}

/**
 * All that a token is issued for. Two clients of one person, or one client with two sets of scopes,
 * must not get each other's: the narrower would act with what only the other was allowed.
 */
function keyOf({ identity, clientId, scopes }: Principal, api: UpstreamApi): string {
  const { issuer, subject } = identity;
  const { resource, audience } = api;
  return JSON.stringify([
    issuer,
    subject,
    clientId,
    [...scopes].sort(),
    resource,
    audience,
    api.scopes,
  ]);
}

/** A token that is good here must not reach any API (MCP authorization, access token privilege restriction). */
function ourOwn(): UpstreamError {
  return new UpstreamError(
    "misconfigured",
    "The authorization server answered with a token for this server instead of one for the API.",
  );
}
