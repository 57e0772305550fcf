import * as oauth from "oauth4webapi";
import type { ClientCredential } from "../config";
import { authorizationServerMetadata, requestOptions } from "./authorization-server-metadata";
import { clientRequests } from "./client-requests";

/** Where tokens are exchanged, as this server. */
export type ExchangeEndpoint = {
  readonly issuer: string;
  /** What this server is called there. */
  readonly application: string;
  /**
   * Sends a request to the token endpoint.
   *
   * @returns an answer with status 200, unread.
   * @throws oauth4webapi's errors for any other (RFC 6749, section 5.2), and whatever a network throws.
   */
  request(grantType: string, parameters: Readonly<Record<string, string>>): Promise<Response>;
};

const TIMEOUT_MS = 5_000;

/**
 * At an authorization server that is found by its metadata: the one that issues the callers' tokens, or that of
 * an API.
 *
 * @param prefix what the names of the variables of the credential begin with, for the log; AS unless told.
 */
export function issuerExchange(
  issuer: string,
  application: ClientCredential,
  prefix?: string,
): ExchangeEndpoint {
  const metadata = authorizationServerMetadata(issuer);
  const client: oauth.Client = { client_id: application.clientId };
  const authenticated = clientRequests(application, "token", prefix);
  async function ask(
    server: oauth.AuthorizationServer,
    grantType: string,
    parameters: Readonly<Record<string, string>>,
  ): Promise<Response> {
    const response = await authenticated(server, (authentication) =>
      oauth.genericTokenEndpointRequest(
        server,
        client,
        authentication,
        grantType,
        { ...parameters },
        requestOptions(issuer, TIMEOUT_MS),
      ),
    );
    return successful(server, client, response);
  }
  return {
    issuer,
    application: application.clientId,
    async request(grantType, parameters) {
      const found = await metadata.get();
      return ask(found, grantType, parameters).catch(async (error: unknown) => {
        if (error instanceof oauth.ResponseBodyError) throw error;
        // The endpoint may have moved: the metadata is kept for an hour.
        const renewed = await metadata.renewed().catch(() => found);
        if (renewed.token_endpoint === found.token_endpoint) throw error;
        return ask(renewed, grantType, parameters);
      });
    },
  };
}

/** It throws for an error answer, and reads that as RFC 6749 has it; what a 200 has is read by who asked. */
export async function successful(
  server: oauth.AuthorizationServer,
  client: oauth.Client,
  response: Response,
): Promise<Response> {
  if (response.status !== 200) {
    await oauth.processGenericTokenEndpointResponse(server, client, response);
  }
  return response;
}
