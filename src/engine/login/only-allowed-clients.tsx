import type { MiddlewareHandler } from "hono";
import { isAllowedClient } from "../grants/allowed-clients";
import type { OwnAuthorization } from "../own-authorization";
import { ErrorPage } from "../ui/error-page";
import { page } from "../ui/respond";
import { presentParameters } from "./authorization-parameters";
import { clientNotAllowed } from "./refusals";

/**
 * Lets authorization requests through only from clients in ALLOWED_CLIENTS, including clients that
 * registered before it was set.
 *
 * It runs before the request is parsed: a client that may not connect gets no answer, not even that
 * its request was invalid, and its metadata document is not fetched.
 */
export function onlyAllowedClients(
  serverName: string,
  authorization: OwnAuthorization,
): MiddlewareHandler<{ Bindings: Env }> {
  return async (c, next) => {
    // As workers-oauth-provider is given them, so that what is allowed is what is then used.
    const { searchParams } = presentParameters(c.req.url);
    const clientId = searchParams.get("client_id") ?? "";
    const redirectUri = searchParams.get("redirect_uri") ?? "";
    if (isAllowedClient(authorization, clientId, redirectUri)) return next();
    console.warn({ event: "client_not_allowed" });
    return page(c, <ErrorPage serverName={serverName} {...clientNotAllowed} />, { status: 403 });
  };
}
