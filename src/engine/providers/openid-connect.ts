import * as z from "zod";
import { privateKey } from "../config/client-credential";
import { parseEmailDomain } from "../config/email-address";
import type { TokenUse } from "../config/token-use";
import { commaSeparated, list, Problems, required, secureUrl } from "../config/variables";
import { groupsReader } from "../identity/groups";
import type { Identity } from "../identity/principal";
import { authorizationParameters, withoutTokens } from "./authorization-parameters";
import {
  type ClientAuthenticator,
  clientAuthenticator,
  SECRET_METHODS,
  type SignInCredential,
} from "./client-authenticator";
import {
  type AuthorizationRequest,
  authorizationRequestUrl,
  pushedAuthorizationUrl,
  tokensForCode,
} from "./code-flow";
import { defineIdentityProvider } from "./define-provider";
import { isSameIssuer, type OpenIdMetadata, openIdDiscovery, serverOf } from "./discovery";
import { idTokenClaims, type ProviderKeys, providerKeys } from "./id-token";
import { type IdentityProvider, IdentityProviderError, type SignIn } from "./identity-provider";
import { hasMoreThanName, isComplete, type ProfileRules, personIn } from "./openid-profile";
import { openIdTokens } from "./openid-tokens";
import { providerExchange } from "./provider-exchange";
import { loggedCode, loggedUrl, misconfigured, signInFailure } from "./provider-failure";
import { refreshedTokens } from "./refreshed-tokens";
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
  OIDC_AUTHORIZATION_PARAMETERS: authorizationParameters,
  OIDC_GROUPS_CLAIM: z.string().default("groups"),
  OIDC_CLAIMS: list,
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
  create(values, { groups, tokens }) {
    const credential = credentialIn(values);
    if (credential instanceof Problems) return credential;
    const rules = {
      groupsIn: groupsReader(values.OIDC_GROUPS_CLAIM, groups),
      trustedEmailDomains: values.OIDC_TRUSTED_EMAIL_DOMAINS,
      claims: values.OIDC_CLAIMS,
    };
    return openIdProvider(values, credential, rules, tokens);
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

const GOOGLE = "https://accounts.google.com";

function openIdProvider(
  values: Variables,
  credential: SignInCredential,
  rules: ProfileRules,
  use: TokenUse | undefined,
): IdentityProvider {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId } = values;
  const discovery = openIdDiscovery(issuer, values.OIDC_DISCOVERY_URL);
  const authenticated = clientAuthenticator(credential);
  const keysAt = keysByAddress();
  const tokens = use && openIdTokens(use);
  const serverNow = async () => serverOf(await discovery.get());

  /** What a sign-in asks for: with the tokens that tools use, or only for who the person is. */
  function asked({
    scopes: given,
  }: SignIn): Required<Pick<AuthorizationRequest, "scope" | "more">> {
    const { OIDC_SCOPES, OIDC_AUTHORIZATION_PARAMETERS: parameters } = values;
    if (use === undefined || tokens === undefined || given === undefined) {
      const identity = OIDC_SCOPES.split(" ").filter((scope) => scope !== "offline_access");
      return { scope: identity.join(" "), more: withoutTokens(parameters) };
    }
    const scopes = new Set([...OIDC_SCOPES.split(" "), ...use.scopesFor(given)]);
    return { scope: [...scopes].join(" "), more: { ...parameters, ...tokens.authorization } };
  }

  async function authorizationUrl(signIn: SignIn): Promise<URL> {
    const server = await discovery.get();
    const request = {
      endpoint: server.authorization_endpoint,
      clientId,
      ...asked(signIn),
      nonce: signIn.nonce,
      ...responseModeAt(server),
      // It has no prompt=login: developers.google.com/identity/openid-connect/openid-connect.
      ...(server.issuer === GOOGLE && { choosesAccountBy: "select_account" as const }),
    };
    return server.require_pushed_authorization_requests === true
      ? pushedAuthorizationUrl(request, signIn, serverOf(server), authenticated)
      : authorizationRequestUrl(request, signIn);
  }

  async function identify(callback: URL, signIn: SignIn) {
    const server = await discovery.get();
    const keys = keysAt(server.jwks_uri);
    const kept = signIn.scopes === undefined ? undefined : tokens;
    const client = { clientId, authenticated, more: kept?.token ?? {} };
    const answer = await tokensFor(server, client, callback, signIn);
    if (answer.id_token === undefined) {
      throw misconfigured("The token response has no ID token", {
        endpoint: loggedUrl(server.token_endpoint),
        expected: "id_token",
        advice: "OIDC_SCOPES has to have openid, and the client has to be an OpenID client",
      });
    }
    const { nonce } = signIn;
    const claims = await idTokenClaims(answer.id_token, keys, { server, clientId, nonce });
    const told = await moreThan(claims, server, answer.access_token, keys);
    // The document's spelling: a token may differ by a slash, and that must not be another person.
    const identity: Identity = {
      ...{ issuer: server.issuer, subject: claims.sub },
      ...personIn([...told, claims], rules),
    };
    if (kept === undefined) return { identity };
    const scopes = asked(signIn).scope.split(" ");
    return { identity, upstream: kept.ofSignIn(answer, claims.sub, scopes) };
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
      // An address or a group may decide who comes in; a name does not. Who is not known by what the ID token
      // says is not let in, so a provider may keep the rest from a token that is for another API than userinfo.
      if (!hasMoreThanName(claims, rules) && !(use !== undefined && isRefusal(failure)))
        throw failure;
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
    identify: (callback, signIn) =>
      identify(callback, signIn).catch((error: unknown) => {
        throw signInFailure(error);
      }),
    ...(tokens && {
      refresh: async (upstream) => {
        const server = await serverNow();
        const request = { server, clientId, authenticated, more: tokens.token };
        const answer = await refreshedTokens(request, upstream);
        return tokens.renewed(answer, upstream, { issuer: server.issuer, clientId });
      },
    }),
    // RFC 8693, section 2.1: who authenticates nobody lets anybody exchange tokens that they came by.
    ...(credential.kind !== "public" && {
      exchange: providerExchange(issuer, clientId, authenticated, serverNow),
    }),
  };
}

/** RFC 6750, section 3.1: the token is not good there, or not for that. */
function isRefusal(failure: Error): boolean {
  return failure instanceof IdentityProviderError && [401, 403].includes(failure.facts.status ?? 0);
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
  client: { clientId: string; authenticated: ClientAuthenticator; more: Record<string, string> },
  callback: URL,
  signIn: SignIn,
) {
  const address = new URL(callback);
  const iss = address.searchParams.get("iss");
  if (iss !== null && isSameIssuer(iss, server.issuer)) {
    address.searchParams.set("iss", server.issuer);
  }
  const { clientId, authenticated, more } = client;
  return tokensForCode(serverOf(server), clientId, authenticated, address, signIn, more);
}
