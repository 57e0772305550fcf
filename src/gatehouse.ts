import { OAuthResourceServer } from "@cloudflare/workers-oauth-provider";
import type { Config } from "./config";
import { limitedByAddress } from "./grants/address-limit";
import { createAuthorizationServer } from "./grants/authorization-server";
import { sharedRegistration } from "./grants/shared-registration";
import { ownTokenVerifier } from "./identity/own-tokens";
import type { Principal } from "./identity/principal";
import { protectedResources } from "./identity/protected-resources";
import { type McpHandler, sseEndpoint, streamableHttpEndpoint } from "./mcp/endpoint";
import { jsonRpcError } from "./mcp/message";
import { isForeignOrigin } from "./mcp/origin";
import { sessionIds } from "./mcp/session-id";
import { type StatelessLane, statelessLane } from "./mcp/stateless";
import { allScopes, baselineScopes } from "./tools/catalogue";
import { withImplied } from "./tools/scopes";
import { createWebsite } from "./website";

type Handler = (request: Request, env: Env, ctx: ExecutionContext) => Response | Promise<Response>;

const RESOURCE_METADATA = "/.well-known/oauth-protected-resource";

/**
 * The whole server, for one public origin: what is served where.
 *
 * @param origin the authorization server's issuer and the root of both protected resources.
 * @param stateless what serves MCP 2026-07-28; the conformance tests put their fixtures here.
 */
export function createGatehouse(
  config: Config,
  origin: string,
  stateless: StatelessLane = statelessLane,
): Handler {
  const resources = protectedResources(origin);
  const authorizationServer = createAuthorizationServer(config, origin, resources);
  const ids = sessionIds(config.sessionSecret);
  const validateToken = ownTokenVerifier(authorizationServer, (scopes) =>
    withImplied(scopes, allScopes),
  );

  function resourceServer(resource: string, handler: McpHandler): Handler {
    const server = new OAuthResourceServer<Env, Principal>({
      resourceMetadata: {
        resource,
        authorization_servers: [origin],
        resource_name: config.serverName,
      },
      requiredScopes: baselineScopes.map((scope) => scope.name),
      validateToken,
      handler,
    });
    return (request, env, ctx) =>
      server.fetch(request, env, ctx).then((response) => withoutBodyForHead(request, response));
  }
  const mcp = resourceServer(resources.mcp, streamableHttpEndpoint(config, ids, stateless));
  const sse = resourceServer(resources.sse, sseEndpoint(config, ids));
  const authorization = (request: Request, env: Env, ctx: ExecutionContext) =>
    authorizationServer.fetch(request, env, ctx);
  const helpers = (env: Env) => authorizationServer.getOAuthApi(env);
  const registration = limitedByAddress(
    "REGISTRATIONS_PER_ADDRESS",
    sharedRegistration(authorization, helpers),
  );
  const website = createWebsite(config, origin, helpers);

  const guarded =
    (handler: Handler): Handler =>
    (request, env, ctx) =>
      isForeignOrigin(request, config.allowedOrigins)
        ? jsonRpcError(403, -32_000, "This origin may not call this server (see ALLOWED_ORIGINS)")
        : handler(request, env, ctx);

  const routes: ReadonlyMap<string, Handler> = new Map<string, Handler>([
    ["/mcp", guarded(mcp)],
    ["/sse", guarded(sse)],
    ["/sse/message", guarded(sse)],
    [`${RESOURCE_METADATA}/mcp`, mcp],
    [`${RESOURCE_METADATA}/sse`, sse],
    // Clients that know only the root form of RFC 9728 get the document of /mcp.
    [
      RESOURCE_METADATA,
      (request, env, ctx) =>
        mcp(new Request(`${origin}${RESOURCE_METADATA}/mcp`, request), env, ctx),
    ],
    ["/.well-known/oauth-authorization-server", authorization],
    ["/oauth/token", limitedByAddress("TOKEN_REQUESTS_PER_ADDRESS", authorization)],
    ...(config.dynamicClientRegistration ? [["/oauth/register", registration] as const] : []),
  ]);

  return (request, env, ctx) => {
    const handler = routes.get(new URL(request.url).pathname);
    return handler === undefined ? website.fetch(request, env, ctx) : handler(request, env, ctx);
  };
}

/** RFC 9110, section 9.3.2. The resource server answers HEAD without a token like any other method. */
function withoutBodyForHead(request: Request, response: Response): Response {
  return request.method === "HEAD" ? new Response(null, response) : response;
}
