/// <reference path="../oidc-provider.d.ts" />

import type { Context } from "oidc-provider";
import { interactionConfiguration } from "../local-servers/interactions.ts";
import { findPerson } from "../local-servers/people.ts";
import { WHOSE } from "./identity-provider-pages.ts";

/** oidc-provider's configuration: one client of our own, two people, and nothing to remember. */
export function providerConfiguration(options: {
  clientId: string;
  clientSecret: string;
  redirectUris: readonly string[];
  /** The private signing keys. */
  jwks: object;
}) {
  const { clientId, clientSecret, redirectUris, jwks } = options;
  return {
    clients: [
      { client_id: clientId, client_secret: clientSecret, redirect_uris: [...redirectUris] },
    ],
    jwks,
    pkce: { required: () => true },
    claims: { openid: ["sub"], profile: ["name"], email: ["email", "email_verified"] },
    // Both in the ID token and at the userinfo endpoint, so that clients may use either.
    conformIdTokenClaims: false,
    findAccount: (_ctx: Context, sub: string) => findAccount(sub),
    loadExistingGrant: grantAll,
    ...interactionConfiguration(WHOSE),
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: false },
    },
    ttl: {
      AccessToken: 3_600,
      AuthorizationCode: 60,
      Grant: 3_600,
      IdToken: 3_600,
      Interaction: 3_600,
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
async function grantAll({ oidc }: Context) {
  const { accountId } = oidc.session;
  if (accountId === undefined) return undefined;
  const grant = new oidc.provider.Grant({ accountId, clientId: oidc.client.clientId });
  grant.addOIDCScope("openid profile email");
  await grant.save();
  return grant;
}
