import { recordLimitHit } from "../audit/limit-hits";
import { clientAddress, clientSite } from "../lib/client-address";
import { readableByScripts } from "../lib/cross-origin";
import { type LimitName, RETRY_AFTER_SECONDS, withinLimit } from "../lib/rate-limit";
import { requestIdOf } from "../lib/request-id";

type Handler = (request: Request, env: Env, ctx: ExecutionContext) => Promise<Response>;

/** Limits an OAuth endpoint, one that clients POST to, by the address that they call from. */
export function limitedByAddress(limit: LimitName, handler: Handler): Handler {
  return async (request, env, ctx) => {
    const address =
      request.method === "POST" ? await addressOverLimit(env, limit, request) : undefined;
    if (address === undefined) return handler(request, env, ctx);
    recordLimitHit(env, limit, address, { requestId: requestIdOf(request) });
    return readableByScripts(tooManyRequests(), request);
  };
}

/**
 * Counts a request for the caller's address, and for the network around it, which counts four
 * requests as one: it may hold several homes or servers.
 *
 * @returns the one that came too often; undefined when none did.
 */
export async function addressOverLimit(
  env: Env,
  limit: LimitName,
  request: Request,
): Promise<string | undefined> {
  const address = clientAddress(request);
  if (address === undefined) return undefined;
  if (!(await withinLimit(env, limit, address))) return address;
  const site = clientSite(request);
  if (site === undefined || !isCounted()) return undefined;
  return (await withinLimit(env, limit, site)) ? undefined : site;
}

/** One request in so many counts for a network, so that its limit is as many times that of an address. */
const SITE_SHARE = 4;

/** By chance, so that no caller knows which one counts, and isolates need not share a number. */
function isCounted(): boolean {
  const [number = 0] = crypto.getRandomValues(new Uint8Array(1));
  return number % SITE_SHARE === 0;
}

/**
 * RFC 6749 defines `temporarily_unavailable`, for a temporary overload, at the authorization endpoint
 * only; the token endpoint's own errors (section 5.2) and those of registration (RFC 7591, section
 * 3.2.2) all blame the request. workers-oauth-provider says it at the token endpoint, too, and it is
 * what clients understand: MCP's TypeScript SDK passes it on, while an `invalid_…` would make it drop
 * what it holds, and `server_error` have the person sign in again. `slow_down` (RFC 8628, section
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
