import * as oauth from "oauth4webapi";
import type { ServiceConnection } from "../config";
import { authorizationServerMetadata } from "../issuers/authorization-server-metadata";
import { type ClientAuthenticator, clientAuthenticator } from "../providers/client-authenticator";
import { authorizationRequestUrl, httpOptions, tokensForCode } from "../providers/code-flow";
import {
  IdentityProviderError,
  type SignIn,
  UpstreamGrantEnded,
} from "../providers/identity-provider";
import { loggedUrl, misconfigured, signInFailure } from "../providers/provider-failure";
import { refreshedTokens, upstreamTokens } from "../providers/refreshed-tokens";
import type { ServiceTokens } from "./link-rows";

/** More than a header can carry: what is kept for a person must not be as large as a service likes. */
const MAX_TOKEN_LENGTH = 16_384;

/** What a service asks of the browser, and what has to come back. */
export type ConnectFlow = Omit<SignIn, "nonce">;

/**
 * Where to send a person to (RFC 6749, section 4.1.1, with PKCE, RFC 7636).
 *
 * @throws IdentityProviderError when the service does not say where that is.
 */
export async function connectUrl(connection: ServiceConnection, flow: ConnectFlow): Promise<URL> {
  const server = await serverOf(connection);
  const { clientId, authorizationParameters } = connection;
  const isOpenId = connection.scopes.some(({ name }) => name === "openid");
  const url = await authorizationRequestUrl(
    {
      ...{ endpoint: server.authorization_endpoint ?? "", clientId, scope: scopesOf(connection) },
      // Nobody reads the ID token, so it is compared with nothing; but some servers refuse a request without one.
      ...(isOpenId && { nonce: crypto.randomUUID() }),
    },
    { ...flow, nonce: "" },
  );
  for (const [name, value] of Object.entries(authorizationParameters)) {
    url.searchParams.set(name, value);
  }
  return url;
}

/**
 * The tokens for the code that a person came back with. `state`, `iss` (RFC 9207) and `error` of the callback
 * are checked here.
 *
 * @throws SignInRefused when the person or the service said no; IdentityProviderError for all else.
 */
export async function connectedTokens(
  connection: ServiceConnection,
  callback: URL,
  flow: ConnectFlow,
): Promise<ServiceTokens> {
  const server = await serverOf(connection);
  const { clientId, tokenParameters } = connection;
  const signIn = { ...flow, nonce: "" };
  const answer = await tokensForCode(
    server,
    clientId,
    authenticator(connection),
    callback,
    signIn,
    tokenParameters,
  );
  const tokens = upstreamTokens(
    answer,
    connection.scopes.map(({ name }) => name),
  );
  const { accessToken, refreshToken = "" } = tokens;
  if (Math.max(accessToken.length, refreshToken.length) > MAX_TOKEN_LENGTH) {
    throw misconfigured("The service's tokens are too large to be kept", {
      endpoint: loggedUrl(server.token_endpoint),
      expected: `at most ${MAX_TOKEN_LENGTH} characters`,
    });
  }
  return tokens;
}

/**
 * New tokens for a refresh token (RFC 6749, section 6).
 *
 * @returns "ended" when only the person can go on: final.
 * @throws IdentityProviderError when it may work later.
 */
export async function renewedTokens(
  connection: ServiceConnection,
  before: ServiceTokens & { readonly refreshToken: string },
): Promise<ServiceTokens | "ended"> {
  const { clientId, tokenParameters: more } = connection;
  const server = await serverOf(connection);
  const request = { server, clientId, authenticated: authenticator(connection), more };
  try {
    return upstreamTokens(await refreshedTokens(request, before), before.scopes);
  } catch (error) {
    if (error instanceof UpstreamGrantEnded) return "ended";
    throw error;
  }
}

/**
 * Revokes tokens at the service (RFC 7009): the refresh token, which ends what was issued from it, or else
 * the access token.
 *
 * @returns whether it did; false where it has no endpoint for that.
 * @throws IdentityProviderError when the service did not do it.
 */
export async function revokeTokens(
  connection: ServiceConnection,
  { accessToken, refreshToken }: ServiceTokens,
): Promise<boolean> {
  const server = await serverOf(connection);
  if (server.revocation_endpoint === undefined) return false;
  const client: oauth.Client = { client_id: connection.clientId };
  const token = refreshToken ?? accessToken;
  try {
    await authenticator(connection)(server, async (authentication) => {
      const response = await oauth.revocationRequest(server, client, authentication, token, {
        ...httpOptions(server.issuer),
        additionalParameters: {
          token_type_hint: refreshToken === undefined ? "access_token" : "refresh_token",
        },
      });
      if (response.status === 401) throw clientRefused();
      await oauth.processRevocationResponse(response);
    });
    return true;
  } catch (error) {
    throw signInFailure(error, server.revocation_endpoint);
  }
}

/** For the authenticator, which then tries the next way to send the secret. */
function clientRefused(): IdentityProviderError {
  return new IdentityProviderError("The service does not accept this server as its client", {
    facts: { status: 401 },
  });
}

/** Each remembers the way that its server takes: some answer another at a refresh with no more than 400. */
const authenticators = new Map<string, ClientAuthenticator>();

function authenticator({
  server,
  clientId,
  clientSecret,
  clientAuthentication,
}: ServiceConnection) {
  const key = JSON.stringify([server, clientId, clientSecret, clientAuthentication]);
  const known = authenticators.get(key);
  if (known !== undefined) return known;
  const method = clientAuthentication;
  const made = clientAuthenticator({ kind: "secret", clientId, clientSecret, method });
  authenticators.set(key, made);
  return made;
}

async function serverOf({ server }: ServiceConnection): Promise<oauth.AuthorizationServer> {
  if ("issuer" in server) {
    return authorizationServerMetadata(server.issuer)
      .get()
      .catch((error: unknown) => {
        throw signInFailure(error, server.issuer);
      });
  }
  const { authorizationEndpoint, tokenEndpoint, revocationEndpoint } = server;
  return {
    issuer: new URL(authorizationEndpoint).origin,
    authorization_endpoint: authorizationEndpoint,
    token_endpoint: tokenEndpoint,
    ...(revocationEndpoint !== undefined && { revocation_endpoint: revocationEndpoint }),
  };
}

const scopesOf = ({ scopes }: ServiceConnection) => scopes.map(({ name }) => name).join(" ");
