import { OAuthResourceServer } from "@cloudflare/workers-oauth-provider";
import type { Authority, Handler } from "../auth-modes/auth-mode";
import { externalAuthority } from "../auth-modes/external";
import { ownAuthority } from "../auth-modes/provider";
import type { Authenticated } from "../identity/authenticated";
import { type ProtectedResources, protectedResources } from "../identity/protected-resources";
import { type McpHandler, sseEndpoint, streamableHttpEndpoint } from "../mcp/endpoint";
import { jsonRpcError } from "../mcp/message";
import { isForeignOrigin } from "../mcp/origin";
import { sessionIds } from "../mcp/session/session-id";
import { type StatelessLane, statelessLane } from "../mcp/stateless/handler";
import type { Services } from "../services";
import { reportOf } from "../telemetry/request-report";
import { createWebsite } from "../website/app";
import { KEY_SET_PATH, keySetHandler, publishedKeys } from "./key-set";

const RESOURCE_METADATA = "/.well-known/oauth-protected-resource";

/**
 * The whole server, for one public origin: what is served where.
 *
 * @param origin the root of both protected resources; the issuer, where tokens are issued here.
 * @param stateless the handler of MCP 2026-07-28; the conformance tests pass their fixtures here.
 */
export function createGatehouse(
  services: Services,
  origin: string,
  stateless: StatelessLane = statelessLane,
): Handler {
  const { config } = services;
  const resources = protectedResources(origin);
  const authority = authorityFor(services, origin, resources);
  const ids = sessionIds(config.sessionSecret);
  const baseline = services.catalogue.baselineScopes.map((scope) => scope.name);

  function resourceServer(resource: string, handler: McpHandler): Handler {
    const server = new OAuthResourceServer<Env, Authenticated>({
      resourceMetadata: {
        resource,
        authorization_servers: [...authority.issuers],
        resource_name: config.serverName,
      },
      requiredScopes: [...new Set([...authority.requiredScopes, ...baseline])],
      validateToken: authority.validateToken,
      handler: {
        fetch(request, env, ctx) {
          reportOf(request).caller = ctx.props.principal;
          return handler.fetch(request, env, ctx);
        },
      },
    });
    return (request, env, ctx) =>
      server.fetch(request, env, ctx).then((response) => withoutBodyForHead(request, response));
  }
  const mcp = resourceServer(resources.mcp, streamableHttpEndpoint(services, ids, stateless));
  const sse = resourceServer(resources.sse, sseEndpoint(services, ids));
  const keys = publishedKeys(config);
  const website = createWebsite(services, origin, authority.login);

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
    // Clients that support only the root form of RFC 9728 get the document of /mcp.
    [
      RESOURCE_METADATA,
      (request, env, ctx) =>
        mcp(new Request(`${origin}${RESOURCE_METADATA}/mcp`, request), env, ctx),
    ],
    ...(keys.length > 0 ? [[KEY_SET_PATH, keySetHandler(keys)] as const] : []),
    ...authority.routes,
  ]);

  return (request, env, ctx) => {
    const handler = routes.get(new URL(request.url).pathname);
    return handler === undefined ? website.fetch(request, env, ctx) : handler(request, env, ctx);
  };
}

function authorityFor(
  services: Services,
  origin: string,
  resources: ProtectedResources,
): Authority {
  const { authorization } = services.config;
  return authorization.mode === "provider"
    ? ownAuthority(authorization, services, origin, resources)
    : externalAuthority(authorization, services);
}

/** RFC 9110, section 9.3.2. The resource server answers HEAD without a token like any other method. */
function withoutBodyForHead(request: Request, response: Response): Response {
  return request.method === "HEAD" ? new Response(null, response) : response;
}
