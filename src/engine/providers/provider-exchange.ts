import * as oauth from "oauth4webapi";
import { errorCodeOf } from "../issuers/error-answer";
import { type ExchangeEndpoint, successful } from "../issuers/exchange-endpoint";
import type { ClientAuthenticator } from "./client-authenticator";
import { httpOptions } from "./code-flow";
import { loggedCode, loggedUrl, misconfigured } from "./provider-failure";

const UNAUTHORIZED = 401;

/** Exchanges at the identity provider, as the client that people sign in to. */
export function providerExchange(
  issuer: string,
  clientId: string,
  authenticated: ClientAuthenticator,
  serverNow: () => Promise<oauth.AuthorizationServer>,
): ExchangeEndpoint {
  return {
    issuer,
    application: clientId,
    async request(grantType, parameters) {
      const server = await serverNow();
      const client: oauth.Client = { client_id: clientId };
      return authenticated(server, async (authentication) => {
        const response = await oauth.genericTokenEndpointRequest(
          server,
          client,
          authentication,
          grantType,
          { ...parameters },
          httpOptions(server.issuer),
        );
        const { status } = response;
        const code = status < 400 ? undefined : await errorCodeOf(response.clone());
        if (status !== UNAUTHORIZED && code !== "invalid_client") {
          return successful(server, client, response);
        }
        // The next way to authenticate is tried then (client-authenticator.ts).
        const endpoint = loggedUrl(server.token_endpoint);
        throw misconfigured("The identity provider refused this server as its client", {
          ...{ endpoint, status },
          ...(code !== undefined && { code: loggedCode(code) }),
        });
      });
    },
  };
}
