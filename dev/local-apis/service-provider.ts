/// <reference path="../oidc-provider.d.ts" />

import { randomBytes } from "node:crypto";
import { Provider } from "oidc-provider";
import { interactionConfiguration, type Question } from "../local-servers/interactions.ts";
import { escapeHtml, page, personButtons } from "../local-servers/local-pages.ts";
import { withoutAdvice } from "../local-servers/oidc-provider-advice.ts";
import { findPerson } from "../local-servers/people.ts";
import { newSigningKey } from "../local-servers/signing-keys.ts";

/** The authorization server of a service that people connect. */
export type ServiceProvider = {
  readonly provider: Provider;
  readonly clientId: string;
  readonly clientSecret: string;
  /** What a person is asked there. */
  readonly question: Question;
};

/**
 * Makes the authorization server of a service that people connect: authorization code with PKCE, access tokens that only
 * it can read, refresh tokens that work once, whose reuse ends the grant, and revocation (RFC 7009).
 *
 * @param origin its issuer. @param options.name as its pages have it, such as `the calendar`.
 * @param options.adapter of oidc-provider; undefined keeps all in memory.
 */
export function serviceProvider(
  origin: string,
  options: {
    readonly name: string;
    readonly redirectUris: readonly string[];
    readonly scopes: readonly string[];
    readonly accessTokenSeconds: number;
    readonly adapter?: unknown;
  },
): ServiceProvider {
  const { name, redirectUris, scopes, accessTokenSeconds, adapter } = options;
  const clientId = "gatehouse";
  const clientSecret = randomBytes(32).toString("base64url");
  const provider = withoutAdvice(
    () =>
      new Provider(origin, {
        ...(adapter !== undefined && { adapter }),
        clients: [
          {
            client_id: clientId,
            client_secret: clientSecret,
            redirect_uris: [...redirectUris],
            grant_types: ["authorization_code", "refresh_token"],
          },
        ],
        jwks: { keys: [newSigningKey()] },
        scopes: ["openid", "offline_access", ...scopes],
        pkce: { required: () => true },
        findAccount: (_ctx: unknown, sub: string) =>
          findPerson(sub) && { accountId: sub, claims: async () => ({ sub }) },
        ...interactionConfiguration(name),
        issueRefreshToken: async () => true,
        expiresWithSession: async () => false,
        rotateRefreshToken: true,
        features: {
          devInteractions: { enabled: false },
          rpInitiatedLogout: { enabled: false },
          revocation: { enabled: true },
        },
        ttl: {
          AccessToken: accessTokenSeconds,
          AuthorizationCode: 60,
          Grant: 14 * 86_400,
          IdToken: 600,
          Interaction: 600,
          RefreshToken: 14 * 86_400,
          Session: 600,
        },
      }),
  );
  provider.on("server_error", (_ctx, error) => console.error(`${name}:`, error));
  const question: Question = {
    whose: name,
    show: ({ scope = "", redirect_uri }, action) =>
      page(
        name,
        `Who are you at ${name}?`,
        `<p><strong>${escapeHtml(new URL(redirect_uri).host)}</strong> asks for <code>${escapeHtml(scope)}</code>.</p>
<form method="post" action="${escapeHtml(action)}">
<fieldset><legend>Allow it as</legend>
${personButtons()}
</fieldset>
<button type="submit" class="cancel" name="cancel" value="yes">Cancel</button>
</form>`,
      ),
    async decide({ sub }, { client_id, scope = "" }) {
      const grant = new provider.Grant({ accountId: sub, clientId: client_id });
      grant.addOIDCScope(scope);
      return { login: { accountId: sub }, consent: { grantId: await grant.save() } };
    },
  };
  return { provider, clientId, clientSecret, question };
}
