/// <reference path="../oidc-provider.d.ts" />

import type { JSONWebKeySet } from "jose";
import { type AccessToken, type Client, type Context, errors } from "oidc-provider";
import { interactionConfiguration } from "../local-servers/interactions.ts";
import { findPerson } from "../local-servers/people.ts";
import { WHOSE } from "./authorization-server-pages.ts";
import { GRANT_CLAIM } from "./subject-token.ts";
import { EXCHANGED, TOKEN_EXCHANGE } from "./token-exchange-grant.ts";

/** How Gatehouse, as the resource server, proves itself: with a secret, or with keys, given or at an address. */
export type ResourceServerClient = {
  clientId: string;
} & ({ clientSecret: string } | { jwks: JSONWebKeySet } | { jwksUri: string });

export type AuthorizationServerResources = {
  /** Gatehouse's endpoints, which MCP clients ask for tokens for. */
  mcp: readonly string[];
  /** The upstream APIs, for which Gatehouse exchanges them. */
  apis: readonly UpstreamResource[];
};

export type UpstreamResource = {
  /** What people call it, such as `the orders API`. */
  name: string;
  /** Its address. */
  resource: string;
  /** What tokens for it may allow. */
  scopes: readonly string[];
};

/** Of the sign-in itself (OpenID Connect Core, sections 5.4 and 11); oidc-provider lists all of them. */
export const identityScopes = ["openid", "offline_access", "profile", "email"];

const ACCESS_TOKEN_TTL_SECONDS = 3_600;

/** oidc-provider's configuration as the authorization server of MCP clients that register themselves. */
export function authorizationServerConfiguration(options: {
  client: ResourceServerClient;
  resources: AuthorizationServerResources;
  /** What tokens for Gatehouse may allow: the scopes of its tools. */
  mcpScopes: readonly string[];
  /** The private signing keys. */
  jwks: object;
  tokenFormat: "jwt" | "opaque";
  /** Where oidc-provider keeps what it issues. */
  adapter: unknown;
}) {
  const { client, resources, mcpScopes, jwks, tokenFormat, adapter } = options;
  return {
    adapter,
    clients: [resourceServerClient(client)],
    // Only native clients may have http redirects, and many MCP clients do not say that they are.
    clientDefaults: { application_type: "native" },
    jwks,
    // OAuth 2.1 has no implicit grant.
    responseTypes: ["code"],
    scopes: [
      ...new Set([
        ...identityScopes,
        ...mcpScopes,
        ...resources.apis.flatMap(({ scopes }) => scopes),
      ]),
    ],
    pkce: { required: () => true },
    claims: { openid: ["sub"], profile: ["name"], email: ["email", "email_verified"] },
    findAccount: (_ctx: Context, sub: string) => {
      const person = findPerson(sub);
      return person && { accountId: sub, claims: async () => ({ sub }) };
    },
    ...interactionConfiguration(WHOSE),
    // Clients that run in a browser register and get tokens from there.
    clientBasedCORS: () => true,
    // Also without the scope offline_access, which MCP clients do not ask for.
    issueRefreshToken: async (_ctx: Context, asking: Client) =>
      asking.grantTypeAllowed("refresh_token"),
    // A client's grant must not end when the person's browser session does.
    expiresWithSession: async () => false,
    rotateRefreshToken: true,
    extraTokenClaims: (_ctx: Context, token: AccessToken) => claimsFor(token),
    formats: {
      customizers: {
        jwt: (_ctx: Context, { grantId }: AccessToken, { payload }: { payload: object }) =>
          void Object.assign(payload, grantId !== undefined && { [GRANT_CLAIM]: grantId }),
      },
    },
    // oidc-provider accepts the token endpoint's address as well (RFC 7523, section 3). That way, a server
    // could trick a client into signing an assertion that is valid at another.
    assertJwtClientAuthClaimsAndHeader: ({ oidc }: Context, { aud }: { aud?: unknown }) => {
      if (aud !== oidc.provider.issuer) throw new errors.InvalidClientAuth("aud is not the issuer");
    },
    // Keys are fetched from this machine, which oidc-provider's own dispatcher refuses.
    fetch: (url: string, { dispatcher: _, ...init }: RequestInit & { dispatcher?: unknown }) =>
      fetch(url, init),
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      userinfo: { enabled: false },
      // Gatehouse accepts bearer tokens only.
      dPoP: { enabled: false },
      registration: { enabled: true },
      revocation: {
        enabled: true,
        allowedPolicy: (_ctx: Context, asking: Client, token: { clientId: string }) =>
          token.clientId === asking.clientId,
      },
      introspection: {
        enabled: true,
        allowedPolicy: (_ctx: Context, asking: { clientId: string }) =>
          asking.clientId === client.clientId,
      },
      resourceIndicators: {
        enabled: true,
        // For clients that name none (RFC 8707, section 2).
        defaultResource: () => resources.mcp[0],
        useGrantedResource: () => true,
        getResourceServerInfo: (_ctx: Context, resource: string) => {
          if (!resources.mcp.includes(resource)) throw new errors.InvalidTarget();
          return mcpResource(resource, mcpScopes, tokenFormat);
        },
      },
    },
    ttl: {
      AccessToken: ACCESS_TOKEN_TTL_SECONDS,
      AuthorizationCode: 60,
      Grant: 30 * 86_400,
      IdToken: 3_600,
      Interaction: 3_600,
      RefreshToken: 30 * 86_400,
      Session: 3_600,
    },
  };
}

/** A client that only asks about tokens and exchanges them. */
function resourceServerClient(client: ResourceServerClient) {
  return {
    client_id: client.clientId,
    grant_types: [TOKEN_EXCHANGE],
    response_types: [],
    redirect_uris: [],
    ...("clientSecret" in client
      ? { client_secret: client.clientSecret, token_endpoint_auth_method: "client_secret_basic" }
      : {
          token_endpoint_auth_method: "private_key_jwt",
          ...("jwks" in client ? { jwks: client.jwks } : { jwks_uri: client.jwksUri }),
        }),
  };
}

function mcpResource(
  resource: string,
  scopes: readonly string[],
  accessTokenFormat: "jwt" | "opaque",
) {
  return {
    scope: scopes.join(" "),
    audience: resource,
    accessTokenTTL: ACCESS_TOKEN_TTL_SECONDS,
    accessTokenFormat,
    jwt: { sign: { alg: "RS256" } },
  };
}

/** Who the person is; of an exchanged token, also who acts for them (RFC 8693, section 4.1). */
function claimsFor(token: AccessToken) {
  const person = findPerson(token.accountId ?? "");
  if (person === undefined) return undefined;
  const { name, email } = person;
  if (token.gty === EXCHANGED) return { act: { sub: token.clientId } };
  return { name, email, email_verified: true };
}
