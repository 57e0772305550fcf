import { type ExchangeAccess, scopesAsked, type UpstreamApi } from "../config";
import { UpstreamError } from "./upstream-error";

const TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
const JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";
const ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token";

/** The token that is exchanged. */
export type SubjectToken = {
  readonly type: NonNullable<ExchangeAccess["subject"]>;
  readonly token: string;
};

/**
 * The token request for an API: RFC 8693, section 2.1, or on behalf of a person, which is Entra's extension of
 * RFC 7523, section 2.1.
 *
 * @param given the scopes here that the person has given the client.
 */
export function exchangeRequest(
  api: UpstreamApi,
  { type, token }: SubjectToken,
  given: readonly string[],
): { grantType: string; parameters: Record<string, string> } {
  const target = targetOf(api, scopesAsked(api, given));
  if (exchangeAccessOf(api).grant === "on-behalf-of") {
    return {
      grantType: JWT_BEARER,
      parameters: { assertion: token, requested_token_use: "on_behalf_of", ...target },
    };
  }
  return {
    grantType: TOKEN_EXCHANGE,
    parameters: {
      subject_token: token,
      subject_token_type: type === "id-token" ? ID_TOKEN : ACCESS_TOKEN,
      requested_token_type: ACCESS_TOKEN,
      ...target,
    },
  };
}

/** The parameters of a token request that say which API the token is for, and what it is to allow. */
export function targetOf(
  { resource, audience }: UpstreamApi,
  scopes: readonly string[],
): Record<string, string> {
  return {
    ...(resource !== undefined && { resource }),
    ...(audience !== undefined && { audience }),
    ...(scopes.length > 0 && { scope: scopes.join(" ") }),
  };
}

/** @throws UpstreamError for an API that is called in another way. */
export function exchangeAccessOf({ credential }: UpstreamApi): ExchangeAccess {
  if (credential.by === "exchange") return credential;
  throw new UpstreamError("misconfigured", "No token is exchanged for this API.");
}
