/// <reference path="../oidc-provider.d.ts" />

import type { Context } from "oidc-provider";
import { interactionConfiguration } from "../local-servers/interactions.ts";
import { findPerson } from "../local-servers/people.ts";
import { EXCHANGE_GRANTS } from "./exchange-grants.ts";
import { WHOSE } from "./identity-provider-pages.ts";
import { type ProtectedApi, resourceServer } from "./protected-apis.ts";

/** oidc-provider's configuration: one client of our own, two people, and nothing to remember. */
export function providerConfiguration(options: {
  clientId: string;
  clientSecret: string;
  redirectUris: readonly string[];
  /** The private signing keys. */
  jwks: object;
  /** The APIs that it issues tokens for (RFC 8707), with refresh tokens, each for one use. */
  apis: readonly ProtectedApi[];
  isRevoked: (subject: string) => boolean;
  /** Keeps what clients remember over a restart; undefined keeps nothing. */
  adapter: unknown;
}) {
  const { clientId, clientSecret, redirectUris, jwks, apis, isRevoked, adapter } = options;
  const hasApis = apis.length > 0;
  return {
    ...(adapter !== undefined && { adapter }),
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [...redirectUris],
        ...(hasApis && {
          grant_types: ["authorization_code", "refresh_token", ...EXCHANGE_GRANTS],
        }),
      },
    ],
    ...(hasApis && {
      issueRefreshToken: async () => true,
      rotateRefreshToken: true,
    }),
    jwks,
    pkce: { required: () => true },
    claims: { openid: ["sub"], profile: ["name"], email: ["email", "email_verified"] },
    // Both in the ID token and at the userinfo endpoint, so that clients may use either.
    conformIdTokenClaims: false,
    // A refresh for an account that is not found is answered with invalid_grant.
    findAccount: (ctx: Context, sub: string) =>
      ctx.oidc.params.grant_type !== undefined && isRevoked(sub) ? undefined : findAccount(sub),
    loadExistingGrant: (ctx: Context) => grantAll(ctx, apis),
    ...interactionConfiguration(WHOSE),
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      resourceIndicators: {
        enabled: hasApis,
        getResourceServerInfo: (_ctx: Context, resource: string) => resourceServer(apis, resource),
      },
    },
    ttl: {
      AccessToken: 3_600,
      AuthorizationCode: 60,
      Grant: 3_600,
      IdToken: 3_600,
      Interaction: 3_600,
      ...(hasApis && { RefreshToken: 24 * 3_600 }),
      Session: 3_600,
    },
  };
}

function findAccount(sub: string) {
  const person = findPerson(sub);
  if (person === undefined) return undefined;
  const { name, email } = person;
  return { accountId: sub, claims: async () => ({ sub, name, email, email_verified: true }) };
}

/** The client is our own, so nobody is asked at this end what it may know. */
async function grantAll({ oidc }: Context, apis: readonly ProtectedApi[]) {
  const { accountId } = oidc.session;
  if (accountId === undefined) return undefined;
  const grant = new oidc.provider.Grant({ accountId, clientId: oidc.client.clientId });
  grant.addOIDCScope("openid profile email");
  for (const { resource, scopes } of apis) grant.addResourceScope(resource, scopes.join(" "));
  await grant.save();
  return grant;
}
