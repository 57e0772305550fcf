import * as z from "zod";
import { privateKey } from "../config/client-credential";
import { parseEmailDomain } from "../config/email-address";
import { commaSeparated, Problems, required, secureUrl } from "../config/variables";
import { groupsReader } from "../identity/groups";
import type { Identity } from "../identity/principal";
import {
  type ClientAuthenticator,
  clientAuthenticator,
  SECRET_METHODS,
  type SignInCredential,
} from "./client-authenticator";
import { authorizationRequestUrl, pushedAuthorizationUrl, tokensForCode } from "./code-flow";
import { defineIdentityProvider } from "./define-provider";
import { isSameIssuer, type OpenIdMetadata, openIdDiscovery, serverOf } from "./discovery";
import { idTokenClaims, type ProviderKeys, providerKeys } from "./id-token";
import type { IdentityProvider, SignIn } from "./identity-provider";
import { hasMoreThanName, isComplete, type ProfileRules, personIn } from "./openid-profile";
import { loggedCode, loggedUrl, misconfigured, signInFailure } from "./provider-failure";
import { logUserInfoFailure, userInfoAt } from "./userinfo";

const variables = z.object({
  OIDC_ISSUER: required("the issuer URL of your OpenID provider").pipe(secureUrl),
  OIDC_DISCOVERY_URL: secureUrl.optional(),
  OIDC_CLIENT_ID: required("the client id that your OpenID provider gave this server"),
  OIDC_CLIENT_SECRET: z.string().optional(),
  OIDC_CLIENT_AUTH: z
    .enum(
      SECRET_METHODS,
      `must be one of ${SECRET_METHODS.join(", ")} (for private_key_jwt set OIDC_PRIVATE_KEY)`,
    )
    .optional(),
  OIDC_PRIVATE_KEY: privateKey.optional(),
  OIDC_PRIVATE_KEY_NEXT: privateKey.optional(),
  OIDC_SCOPES: z
    .string()
    .refine((value) => value.split(" ").includes("openid"), 'must contain "openid"')
    .default("openid profile email"),
  OIDC_GROUPS_CLAIM: z.string().default("groups"),
  OIDC_TRUSTED_EMAIL_DOMAINS: z
    .string()
    .default("")
    .pipe(commaSeparated)
    .transform((domains) => domains.map((domain) => parseEmailDomain(domain)))
    .refine(
      (domains) => !domains.includes(undefined),
      "must be domains such as example.com, separated by commas; international ones as xn--…",
    )
    .transform((domains) => new Set(domains.filter((domain) => domain !== undefined))),
  OIDC_NAME: z.string().optional(),
});
type Variables = z.output<typeof variables>;

/**
 * Any OpenID Connect provider (Google, Entra, Okta, Auth0, Keycloak, …), found by discovery.
 * Authorization code with PKCE; the ID token's signature, issuer, audience, nonce and times are all
 * checked (OpenID Connect Core, section 3.1.3.7).
 */
export const openIdConnect = defineIdentityProvider({
  name: "oidc",
  variables,
  secrets: [
    { name: "OIDC_CLIENT_SECRET", ask: "may" },
    // Keys have several lines: they are put there by a command (docs/configuration.md).
    { name: "OIDC_PRIVATE_KEY", ask: "no" },
    { name: "OIDC_PRIVATE_KEY_NEXT", ask: "no" },
  ],
  hasGroups: true,
  create(values, { groups }) {
    const credential = credentialIn(values);
    if (credential instanceof Problems) return credential;
    return openIdProvider(values, credential, {
      groupsIn: groupsReader(values.OIDC_GROUPS_CLAIM, groups),
      trustedEmailDomains: values.OIDC_TRUSTED_EMAIL_DOMAINS,
    });
  },
});

function credentialIn(values: Variables): SignInCredential | Problems {
  const {
    OIDC_CLIENT_ID: clientId,
    OIDC_CLIENT_SECRET: clientSecret,
    OIDC_CLIENT_AUTH: method,
    OIDC_PRIVATE_KEY: signingKey,
    OIDC_PRIVATE_KEY_NEXT: nextKey,
  } = values;
  if (clientSecret !== undefined && signingKey !== undefined) {
    return new Problems(
      "OIDC_PRIVATE_KEY and OIDC_CLIENT_SECRET are both set: remove one, so that it is clear which counts",
    );
  }
  if (nextKey !== undefined && signingKey === undefined) {
    return new Problems(
      "OIDC_PRIVATE_KEY is missing: OIDC_PRIVATE_KEY_NEXT is only the key that follows it",
    );
  }
  if (method !== undefined && clientSecret === undefined) {
    return new Problems(
      "OIDC_CLIENT_AUTH says how OIDC_CLIENT_SECRET is sent, and that is not set",
    );
  }
  if (signingKey !== undefined) return { kind: "key", clientId, signingKey, nextKey };
  return clientSecret === undefined
    ? { kind: "public" }
    : { kind: "secret", clientId, clientSecret, method };
}

function openIdProvider(
  values: Variables,
  credential: SignInCredential,
  rules: ProfileRules,
): IdentityProvider {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_SCOPES: scope } = values;
  const discovery = openIdDiscovery(issuer, values.OIDC_DISCOVERY_URL);
  const authenticated = clientAuthenticator(credential);
  const keysAt = keysByAddress();

  async function authorizationUrl(signIn: SignIn): Promise<URL> {
    const server = await discovery.get();
    const request = {
      endpoint: server.authorization_endpoint,
      clientId,
      scope,
      nonce: signIn.nonce,
      ...responseModeAt(server),
    };
    return server.require_pushed_authorization_requests === true
      ? pushedAuthorizationUrl(request, signIn, serverOf(server), authenticated)
      : authorizationRequestUrl(request, signIn);
  }

  async function identify(callback: URL, signIn: SignIn): Promise<Identity> {
    const server = await discovery.get();
    const keys = keysAt(server.jwks_uri);
    const tokens = await tokensFor(server, clientId, authenticated, callback, signIn);
    if (tokens.id_token === undefined) {
      throw misconfigured("The token response has no ID token", {
        endpoint: loggedUrl(server.token_endpoint),
        expected: "id_token",
        advice: "OIDC_SCOPES has to have openid, and the client has to be an OpenID client",
      });
    }
    const { nonce } = signIn;
    const claims = await idTokenClaims(tokens.id_token, keys, { server, clientId, nonce });
    const sources = [...(await moreThan(claims, server, tokens.access_token, keys)), claims];
    // The document's spelling: a token may differ by a slash, and that must not be another person.
    return { issuer: server.issuer, subject: claims.sub, ...personIn(sources, rules) };
  }

  /** Okta, among others, has the profile only at userinfo when it issues an access token as well. */
  async function moreThan(
    claims: { sub: string },
    server: OpenIdMetadata,
    accessToken: string,
    keys: ProviderKeys,
  ): Promise<object[]> {
    const { userinfo_endpoint: endpoint } = server;
    if (endpoint === undefined || isComplete(claims, rules)) return [];
    const at = { endpoint, issuer: server.issuer, clientId };
    const told = await userInfoAt(at, accessToken, keys).catch((error: unknown) => {
      const failure = signInFailure(error, endpoint);
      // An address or a group may decide who comes in; a name does not.
      if (!hasMoreThanName(claims, rules)) throw failure;
      logUserInfoFailure(failure);
    });
    if (told === undefined) return [];
    // OpenID Connect Core, section 5.3.2: it must not be taken for this person's.
    if (told.sub !== claims.sub) {
      throw misconfigured("userinfo is about another subject than the ID token", {
        endpoint: loggedUrl(endpoint),
      });
    }
    return [told];
  }

  return {
    displayName: values.OIDC_NAME ?? new URL(issuer).host,
    ...(credential.kind === "key" && { key: credential }),
    authorizationUrl: (signIn) =>
      authorizationUrl(signIn).catch((error: unknown) => {
        throw signInFailure(error);
      }),
    identify: async (callback, signIn) => ({
      identity: await identify(callback, signIn).catch((error: unknown) => {
        throw signInFailure(error);
      }),
    }),
  };
}

/** A key set is kept as long as the provider is at its address. */
function keysByAddress(): (address: string) => ProviderKeys {
  let kept: { address: string; keys: ProviderKeys } | undefined;
  return (address) => {
    if (kept?.address !== address) kept = { address, keys: providerKeys(address) };
    return kept.keys;
  };
}

/**
 * How the answer is to come back: in the address, or where a provider knows only that, as a form
 * (OAuth 2.0 Form Post Response Mode).
 */
function responseModeAt({ response_modes_supported: modes, issuer }: OpenIdMetadata) {
  if (modes === undefined || modes.includes("query")) return {};
  if (modes.includes("form_post")) return { responseMode: "form_post" } as const;
  throw misconfigured("The identity provider has no way to answer that this server can take", {
    endpoint: loggedUrl(issuer),
    expected: "response mode query or form_post",
    received: modes.map(loggedCode).join(", ").slice(0, 200),
  });
}

async function tokensFor(
  server: OpenIdMetadata,
  clientId: string,
  authenticated: ClientAuthenticator,
  callback: URL,
  signIn: SignIn,
) {
  const address = new URL(callback);
  const iss = address.searchParams.get("iss");
  if (iss !== null && isSameIssuer(iss, server.issuer)) {
    address.searchParams.set("iss", server.issuer);
  }
  return tokensForCode(serverOf(server), clientId, authenticated, address, signIn);
}
