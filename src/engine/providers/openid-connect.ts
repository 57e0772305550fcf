import * as oauth from "oauth4webapi";
import * as z from "zod";
import type { OidcConfig } from "../config";
import { groupsReader } from "../identity/groups";
import type { Identity } from "../identity/principal";
import {
  authorizationServerMetadata,
  requestOptions,
} from "../issuers/authorization-server-metadata";
import { authorizationRequestUrl, HTTP_TIMEOUT_MS, rethrowAsSignInError } from "./code-flow";
import type { IdentityProvider, SignIn } from "./identity-provider";

const profileSchema = z.object({
  name: z.string().optional().catch(undefined),
  preferred_username: z.string().optional().catch(undefined),
  email: z.string().optional().catch(undefined),
  // Some providers send it as a string, against OpenID Connect Core, section 5.1.
  email_verified: z.union([z.boolean(), z.stringbool()]).optional().catch(undefined),
});

/**
 * Any OpenID Connect provider (Google, Entra, Okta, Auth0, Keycloak, …), found by discovery.
 * Authorization code with PKCE; the ID token's signature, issuer, audience, nonce and times are all
 * checked (OpenID Connect Core, section 3.1.3.7).
 *
 * @param groups those whose members are to be known; the others are not read.
 */
export function openIdConnect(config: OidcConfig, groups?: ReadonlySet<string>): IdentityProvider {
  const client: oauth.Client = { client_id: config.clientId };
  const clientAuth =
    config.clientSecret === undefined ? oauth.None() : oauth.ClientSecretPost(config.clientSecret);
  const metadata = authorizationServerMetadata(config.issuer, ["oidc"]);
  const http = () => requestOptions(config.issuer, HTTP_TIMEOUT_MS);
  const groupsIn = groupsReader(config.groupsClaim, groups);

  async function authorizationUrl(signIn: SignIn): Promise<URL> {
    const server = await metadata.get();
    const endpoint = z.url().parse(server.authorization_endpoint);
    const { clientId, scopes: scope } = config;
    return authorizationRequestUrl({ endpoint, clientId, scope, nonce: signIn.nonce }, signIn);
  }

  async function identify(callback: URL, signIn: SignIn): Promise<Identity> {
    const server = await metadata.get();
    const parameters = oauth.validateAuthResponse(server, client, callback, signIn.state);
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      await clientAuthFor(server),
      parameters,
      signIn.redirectUri,
      signIn.codeVerifier,
      http(),
    );
    const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
      expectedNonce: signIn.nonce,
      requireIdToken: true,
    });
    await oauth.validateApplicationLevelSignature(server, response, http());
    const claims = oauth.getValidatedIdTokenClaims(tokens);
    if (claims === undefined) throw new TypeError("The token response has no ID token");

    const profile = profileSchema.parse(claims);
    const complete =
      profile.email !== undefined && profile.name !== undefined && groupsIn(claims) !== undefined;
    if (complete || server.userinfo_endpoint === undefined) return identityOf(claims, [claims]);
    // Okta, among others, tells the profile only here when it issues an access token as well.
    const userInfo = await oauth.userInfoRequest(server, client, tokens.access_token, http());
    const more = await oauth.processUserInfoResponse(server, client, claims.sub, userInfo);
    return identityOf(claims, [more, claims]);
  }

  /** @param sources what the provider says of the person; the first that says a thing counts. */
  function identityOf({ iss, sub }: oauth.IDToken, sources: readonly object[]): Identity {
    const profiles = sources.map((source) => profileSchema.parse(source));
    const name =
      profiles.find((profile) => profile.name !== undefined)?.name ??
      profiles.find((profile) => profile.preferred_username !== undefined)?.preferred_username;
    // That an address is verified counts only for the one that it was said with.
    const email = profiles.find((profile) => profile.email && profile.email_verified)?.email;
    const memberOf = sources.map(groupsIn).find((found) => found !== undefined) ?? [];
    return {
      issuer: iss,
      subject: sub,
      ...(name !== undefined && { name }),
      ...(email !== undefined && { email }),
      ...(memberOf.length > 0 && { groups: memberOf }),
    };
  }

  /** client_secret_basic is what OpenID Connect Discovery, section 3, takes to be supported. */
  async function clientAuthFor(server: oauth.AuthorizationServer): Promise<oauth.ClientAuth> {
    const methods = server.token_endpoint_auth_methods_supported ?? ["client_secret_basic"];
    if (config.clientSecret === undefined || methods.includes("client_secret_post"))
      return clientAuth;
    return oauth.ClientSecretBasic(config.clientSecret);
  }

  return {
    displayName: config.displayName,
    authorizationUrl: (signIn) => authorizationUrl(signIn).catch(rethrowAsSignInError),
    identify: async (callback, signIn) => ({
      identity: await identify(callback, signIn).catch(rethrowAsSignInError),
    }),
  };
}
