import * as oauth from "oauth4webapi";
import type { ServiceConnection } from "../config";
import { authorizationServerMetadata } from "../issuers/authorization-server-metadata";
import { clientAuthenticator } from "../providers/client-authenticator";
import { authorizationRequestUrl, httpOptions, tokensForCode } from "../providers/code-flow";
import { IdentityProviderError, type SignIn } from "../providers/identity-provider";
import { signInFailure } from "../providers/provider-failure";
import { type ProviderTokens, tokensIn } from "../providers/token-response";
import type { ServiceTokens } from "./link-rows";

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
  const url = await authorizationRequestUrl(
    { endpoint: server.authorization_endpoint ?? "", clientId, scope: scopesOf(connection) },
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
  const { clientId } = connection;
  const signIn = { ...flow, nonce: "" };
  const authenticate = authenticator(connection);
  const tokens = await tokensForCode(server, clientId, authenticate, callback, signIn);
  return serviceTokens(tokens, { scopes: connection.scopes.map(({ name }) => name) });
}

/**
 * New tokens for a refresh token (RFC 6749, section 6).
 *
 * @returns "ended" when the service says `invalid_grant`: final.
 * @throws IdentityProviderError when it may work later.
 */
export async function renewedTokens(
  connection: ServiceConnection,
  before: ServiceTokens & { readonly refreshToken: string },
): Promise<ServiceTokens | "ended"> {
  const server = await serverOf(connection);
  const client: oauth.Client = { client_id: connection.clientId };
  const endpoint = server.token_endpoint;
  try {
    return await authenticator(connection)(server, async (authentication) => {
      const response = await oauth.refreshTokenGrantRequest(
        server,
        client,
        authentication,
        before.refreshToken,
        { ...httpOptions(server.issuer), headers: { accept: "application/json" } },
      );
      return serviceTokens(await tokensIn(response, endpoint ?? ""), before);
    });
  } catch (error) {
    const isOver = error instanceof IdentityProviderError && error.facts.code === "invalid_grant";
    if (isOver) return "ended";
    throw signInFailure(error, endpoint);
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

function authenticator({ clientId, clientSecret, clientAuthentication }: ServiceConnection) {
  return clientAuthenticator({
    kind: "secret",
    clientId,
    clientSecret,
    method: clientAuthentication,
  });
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

/** @param before what stays as it was where the answer does not say (RFC 6749, sections 5.1 and 6). */
function serviceTokens(
  tokens: ProviderTokens,
  before: Pick<ServiceTokens, "scopes" | "refreshToken">,
): ServiceTokens {
  const refreshToken = tokens.refresh_token ?? before.refreshToken;
  return {
    accessToken: tokens.access_token,
    ...(refreshToken !== undefined && { refreshToken }),
    ...(tokens.expires_in !== undefined && {
      expiresAtSeconds: Math.floor(Date.now() / 1_000) + tokens.expires_in,
    }),
    // GitHub separates them by commas.
    scopes: tokens.scope?.split(/[ ,]+/) ?? before.scopes,
  };
}
