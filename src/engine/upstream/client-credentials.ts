import type { ApiCredential, UpstreamApi } from "../config";
import type { Principal } from "../identity/principal";
import { issuerExchange } from "../issuers/exchange-endpoint";
import { tokenAnswer } from "./exchange-answer";
import { exchangeFailure } from "./exchange-failure";
import { targetOf } from "./exchange-request";
import { ExchangedTokens } from "./exchanged-tokens";
import type { IsGoodHere } from "./good-here";
import { refusedCredential } from "./refused-credential";
import type { TokenSource } from "./token-source";
import { UpstreamError } from "./upstream-error";

type ClientCredentials = Extract<ApiCredential, { by: "client-credentials" }>;

/** For one API there is one token per isolate, whoever calls. */
const KEY = "server";

/**
 * Tokens of this server itself for one API (RFC 6749, section 4.4), kept while they last.
 *
 * @param isGoodHere refuses what must not reach any API.
 * @returns the token source of one tool call.
 */
export function clientCredentials(
  { issuer, client, variables }: ClientCredentials,
  isGoodHere: IsGoodHere,
): (principal: Principal) => TokenSource {
  const endpoint = issuerExchange(issuer, client, variables);
  const tokens = new ExchangedTokens();

  async function issue(api: UpstreamApi, { resource: ours }: Principal) {
    const response = await endpoint.request("client_credentials", targetOf(api, api.scopes));
    const token = await tokenAnswer(response);
    if (await isGoodHere(token.accessToken, ours)) {
      throw new UpstreamError(
        "misconfigured",
        `The authorization server of ${api.displayName} answered with a token for this server.`,
      );
    }
    return token;
  }

  return (principal) => {
    let wasRefused = false;
    return {
      accessToken: (api) =>
        tokens.get(KEY, () =>
          issue(api, principal).catch((error: unknown) => {
            throw exchangeFailure(api, error);
          }),
        ),
      async refused(api, accessToken, challenge) {
        tokens.forget(KEY, accessToken);
        // One may have been revoked. A second that is refused means that the two servers do not agree.
        if (wasRefused) throw refusedCredential(api, challenge);
        wasRefused = true;
        return true;
      },
    };
  };
}
