import { OAuthError, type OAuthResourceTokenValidator } from "@cloudflare/workers-oauth-provider";
import type { ExternalAuthorization } from "../config";
import { isAllowedPerson } from "../identity/allowed-people";
import type { Authenticated } from "../identity/authenticated";
import { groupsReader } from "../identity/groups";
import { tokenCheckUnavailable } from "../identity/token-check-unavailable";
import { rememberingVerifier } from "../identity/verified-tokens";
import { authenticatedBy, type ExternalClaims } from "../issuers/claims";
import { introspector } from "../issuers/introspection";
import { issuerKeys } from "../issuers/issuer-keys";
import { jwtVerifier } from "../issuers/jwts";
import { personReader } from "../issuers/person-claims";
import { ValueUnavailable } from "../lib/remote-value";
import type { Services } from "../services";
import { missingScopes, withImplied } from "../tools/scopes";
import type { Authority, Handler } from "./auth-mode";

/** What a token says, or undefined when it is not valid for `audience`. @throws ValueUnavailable */
type Check = (token: string, audience: string) => Promise<ExternalClaims | undefined>;

/** AUTH_MODE=jwt and AUTH_MODE=introspection: tokens come from an external authorization server. */
export function externalAuthority(
  authorization: ExternalAuthorization,
  { catalogue }: Services,
): Authority {
  const check = checkFor(authorization);
  const { audience, requiredScopes, clientTokens, allowedPeople } = authorization;

  const validate: OAuthResourceTokenValidator<Authenticated> = async (resource, token) => {
    const claims = await check(token, audience ?? resource).catch((error: unknown) => {
      if (error instanceof ValueUnavailable) throw tokenCheckUnavailable();
      throw error;
    });
    if (claims === undefined) return null;
    if (claims.isOfClientItself && !clientTokens) throw clientNotAllowed();
    const props = await authenticatedBy(claims, token, resource, (scopes) =>
      withImplied(scopes, catalogue.allScopes),
    );
    if (!isAllowedPerson(allowedPeople, props.principal)) throw personNotAllowed();
    const { userId, clientId, scopes: scope, expiresAtSeconds: expiresAt } = props.principal;
    if (missingScopes(scope, requiredScopes).length > 0) {
      throw new OAuthError("insufficient_scope", {
        description: "This server accepts only tokens with all of these scopes",
        requiredScopes: [...requiredScopes],
      });
    }
    return { props, audience: resource, expiresAt, scope, userId, clientId };
  };

  return {
    issuers: authorization.issuers,
    requiredScopes,
    // An introspected token is cached for as long as the operator says, and no longer.
    validateToken:
      authorization.mode === "jwt" ? rememberingVerifier(() => validate) : () => validate,
    routes: [["/.well-known/oauth-authorization-server", notTheAuthorizationServer]],
  };
}

/**
 * 403: the token is valid, and a new one for the same person would be refused as well. A 401 would make
 * the client discard it and sign in again, and again.
 */
function personNotAllowed(): OAuthError {
  return new OAuthError("access_denied", {
    description: "This person may not use this server (ALLOWED_PEOPLE)",
    statusCode: 403,
  });
}

/** As for a person: another token of the same client would be refused as well. */
function clientNotAllowed(): OAuthError {
  return new OAuthError("access_denied", {
    description: "This server accepts only tokens of people (CLIENT_TOKENS=off)",
    statusCode: 403,
  });
}

function checkFor(authorization: ExternalAuthorization): Check {
  const { emailClaim, groupsClaim, allowedPeople, claims } = authorization;
  const groupsIn = groupsReader(groupsClaim, allowedPeople?.groups);
  const personIn = personReader(emailClaim, groupsIn, claims);
  switch (authorization.mode) {
    case "jwt":
      return jwtVerifier(
        authorization.profile,
        new Map(authorization.issuers.map((issuer) => [issuer, issuerKeys(issuer)])),
        personIn,
      );
    case "introspection":
      return introspector(authorization, personIn);
  }
}

/**
 * Clients of MCP 2025-03-26 look here, and must not find the metadata of another issuer here: its `issuer`
 * would not be this address, so nobody may use it (RFC 8414, section 3.3). The protected resource's
 * metadata says where the authorization server is (RFC 9728).
 */
const notTheAuthorizationServer: Handler = () =>
  Response.json(
    {
      error: "not_found",
      error_description:
        "This server issues no tokens: /.well-known/oauth-protected-resource names the one that does",
    },
    { status: 404 },
  );
