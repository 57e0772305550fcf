import { recordLimitHit } from "../audit/limit-hits";
import { clientAddress } from "../lib/client-address";
import { readableByScripts } from "../lib/cross-origin";
import { type LimitName, RETRY_AFTER_SECONDS, withinLimit } from "../lib/rate-limit";
import { requestIdOf } from "../lib/request-id";

type Handler = (request: Request, env: Env, ctx: ExecutionContext) => Promise<Response>;

/** Limits an OAuth endpoint, one that clients POST to, by the address that they call from. */
export function limitedByAddress(limit: LimitName, handler: Handler): Handler {
  return async (request, env, ctx) => {
    const address = request.method === "POST" ? clientAddress(request) : undefined;
    if (address === undefined || (await withinLimit(env, limit, address))) {
      return handler(request, env, ctx);
    }
    recordLimitHit(env, limit, address, { requestId: requestIdOf(request) });
    return readableByScripts(tooManyRequests(), request);
  };
}

/**
 * RFC 6749 defines `temporarily_unavailable`, for a temporary overload, at the authorization endpoint
 * only; the token endpoint's own errors (section 5.2) and those of registration (RFC 7591, section
 * 3.2.2) all blame the request. workers-oauth-provider says it at the token endpoint, too, and it is
 * what clients understand: MCP's TypeScript SDK passes it on, while an `invalid_…` would make it drop
 * what it holds, and `server_error` have the person sign in anew. `slow_down` (RFC 8628, section
 * 3.5) tells a device that it polls too fast while its person has yet to answer.
 */
function tooManyRequests(): Response {
  return Response.json(
    {
      error: "temporarily_unavailable",
      error_description: `Too many requests from this address; wait ${RETRY_AFTER_SECONDS} seconds`,
    },
    {
      status: 429,
      headers: { "retry-after": String(RETRY_AFTER_SECONDS), "cache-control": "no-store" },
    },
  );
}
