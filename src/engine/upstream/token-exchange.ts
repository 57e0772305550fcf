import { scopesAsked, type UpstreamApi } from "../config";
import type { Principal } from "../identity/principal";
import type { UpstreamCredential } from "../identity/upstream-credential";
import type { ExchangeEndpoint } from "../issuers/exchange-endpoint";
import { tokenAnswer } from "./exchange-answer";
import { exchangeFailure } from "./exchange-failure";
import { exchangeAccessOf, exchangeRequest, type SubjectToken } from "./exchange-request";
import { type ExchangedToken, ExchangedTokens } from "./exchanged-tokens";
import type { IsGoodHere } from "./good-here";
import { liveSignIn } from "./sign-in-tokens";
import type { TakenTokens } from "./taken-tokens";
import type { TokenSource } from "./token-source";
import { UpstreamError } from "./upstream-error";

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
 * Tokens for APIs by exchange: a token of the person is given to the authorization server that issued it,
 * which answers with one for the API, of the same person.
 *
 * @param endpoint the identity provider's, with the token of the sign-in; or that of the external authorization
 *   server, with the caller's.
 * @param isGoodHere refuses what must not reach any API.
 * @returns the token source of one request.
 */
export function tokenExchange(
  endpoint: ExchangeEndpoint,
  isGoodHere: IsGoodHere,
  taken: TakenTokens,
): (caller: ExchangeCaller) => TokenSource {
  const tokens = new ExchangedTokens();

  async function exchange(
    api: UpstreamApi,
    principal: Principal,
    subject: SubjectToken,
  ): Promise<ExchangedToken> {
    const { grantType, parameters } = exchangeRequest(api, subject, principal.scopes);
    const token = await tokenAnswer(await endpoint.request(grantType, parameters));
    const { accessToken } = token;
    if (accessToken === subject.token || (await isGoodHere(accessToken, principal.resource))) {
      throw ourOwn();
    }
    return token;
  }

  const told = (
    api: UpstreamApi,
    { scopes }: Principal,
    outcome: Exchanged["outcome"],
  ): Exchanged => ({
    outcome,
    issuer: endpoint.issuer,
    application: endpoint.application,
    api: api.resource ?? api.audience ?? api.displayName,
    scopes: scopesAsked(api, scopes),
  });

  return ({ principal, credential, onExchange }) => {
    let refusals = 0;
    return {
      async accessToken(api) {
        const subject = subjectIn(api, await credential());
        return tokens.get(keyOf(principal, api), async () => {
          try {
            const token = await exchange(api, principal, subject);
            onExchange(told(api, principal, "ok"));
            return token;
          } catch (error) {
            onExchange(told(api, principal, "failed"));
            throw exchangeFailure(api, error);
          }
        });
      },
      taken: (api, accessToken) => taken.add(api, accessToken),
      async refused(api, accessToken, challenge) {
        tokens.forget(keyOf(principal, api), accessToken);
        // The first may have been revoked since it was issued; the second was issued just now.
        if (refusals++ > 0 && !taken.has(api, accessToken)) throw taken.neverTaken(api, challenge);
        return true;
      },
    };
  };
}

/** @throws UpstreamError when the request brought none. */
function subjectIn(api: UpstreamApi, found: UpstreamCredential | undefined): SubjectToken {
  if (found?.kind === "subject-token") return { type: "access-token", token: found.token };
  const { accessToken, idToken } = liveSignIn(api, found);
  if (exchangeAccessOf(api).subject !== "id-token")
    return { type: "access-token", token: accessToken };
  if (idToken === undefined) {
    throw new UpstreamError(
      "consent_required",
      `This sign-in brought no ID token to exchange for access to ${api.displayName}. Connect this server again.`,
    );
  }
  return { type: "id-token", token: idToken };
}

/**
 * All that a token is issued for. Two clients of one person, or one client with two sets of scopes,
 * must not get each other's: the narrower would act with what only the other was allowed.
 */
function keyOf({ identity, clientId, grantId, scopes }: Principal, api: UpstreamApi): string {
  const { issuer, subject } = identity;
  const { credential, resource, audience } = api;
  return JSON.stringify([
    issuer,
    subject,
    clientId,
    // Two sign-ins of one person may have brought tokens that allow different things.
    grantId,
    [...scopes].sort(),
    credential,
    resource,
    audience,
    scopesAsked(api, scopes),
  ]);
}

/** A token that is good here must not reach any API (MCP authorization, access token privilege restriction). */
function ourOwn(): UpstreamError {
  return new UpstreamError(
    "misconfigured",
    "The authorization server answered with a token for this server instead of one for the API.",
  );
}
