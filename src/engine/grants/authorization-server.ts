import { OAuthAuthorizationServer } from "@cloudflare/workers-oauth-provider";
import { isLoopback } from "../config";
import type { ProtectedResources } from "../identity/protected-resources";
import type { OwnAuthorization } from "../own-authorization";
import type { Catalogue } from "../tools/catalogue";
import { refuseOtherClients } from "./allowed-clients";
import { type DocumentPolicy, guardDocumentClients } from "./document-clients";
import { issueNothing } from "./token-exchange";

/** How long a client that registered itself is known after its last use. */
export const CLIENT_TTL_SECONDS = 90 * 86_400;

/**
 * The OAuth 2.1 authorization server for MCP clients: metadata, token, revocation and registration
 * endpoints. It keeps clients, grants and tokens in the KV namespace OAUTH_KV.
 *
 * @param origin its issuer (RFC 8414), for example `https://mcp.example.com`.
 * @param mayFetch whether to fetch the metadata document of a client that is looked up.
 * @param tokenExchangeCallback issues tokens; only a grant's own object does.
 */
export function createAuthorizationServer(
  config: OwnAuthorization,
  catalogue: Catalogue,
  origin: string,
  resources: ProtectedResources,
  mayFetch: DocumentPolicy["mayFetch"],
  tokenExchangeCallback = issueNothing,
): OAuthAuthorizationServer<Env> {
  const usesDocuments = usesClientDocuments(config, origin);
  const server = new OAuthAuthorizationServer<Env>({
    issuer: origin,
    resources: [resources.mcp, resources.sse],
    // For clients that do not send `resource` (RFC 8707).
    defaultResource: resources.mcp,
    scopesSupported: catalogue.allScopes.map((scope) => scope.name),
    clientIdMetadataDocumentEnabled: usesDocuments,
    allowPrivateUseRedirectUris: config.privateUseRedirectUris,
    ...(config.dynamicClientRegistration && { clientRegistrationEndpoint: "/oauth/register" }),
    clientRegistrationCallback: refuseOtherClients(config),
    clientRegistrationTTL: CLIENT_TTL_SECONDS,
    accessTokenTTL: config.accessTokenTtlSeconds,
    // A grant ends this long after its last use: a new one counts from now, and each refresh restarts it.
    refreshTokenTTL: config.grantIdleTtlSeconds,
    refreshTokenIdleTTL: config.grantIdleTtlSeconds,
    tokenExchangeCallback,
    onError({ code, status, internal }) {
      // `detail` stays out of the log: it may quote what the client sent.
      console.warn({
        event: "oauth_error",
        code,
        status,
        category: internal.category,
        reason: internal.reason,
      });
    },
  });
  guardDocumentClients(server, { enabled: usesDocuments, mayFetch });
  return server;
}

/**
 * Whether clients may be identified by metadata documents. On a developer's machine, only if the operator
 * says so: it may have no way out, and clients that find the offer take it, and do not register instead.
 *
 * @param origin the authorization server's.
 */
export function usesClientDocuments(
  { clientIdMetadataDocuments }: Pick<OwnAuthorization, "clientIdMetadataDocuments">,
  origin: string,
): boolean {
  return clientIdMetadataDocuments ?? !isLoopback(new URL(origin).hostname);
}
