import { deleteOldBatches, deleteOldIndexRows } from "../audit/retention";
import { ConfigError, isLoopback, parseAuditConfig } from "../config";
import { errorText } from "../lib/error-text";
import { fromLoopback, toLoopback } from "../lib/loopback-cookies";
import { requestIdOf } from "../lib/request-id";
import { TtlCache } from "../lib/ttl-cache";
import type { StatelessLane } from "../mcp/stateless/handler";
import type { ServicesFor } from "../services";
import { withRequestLine } from "../telemetry/request-line";
import { createGatehouse } from "./gatehouse";
import { withoutTrailingSlash } from "./trailing-slash";

type Gatehouse = ReturnType<typeof createGatehouse>;

/** Under a wildcard domain a stranger chooses the names; each Gatehouse is some hundred kilobytes. */
const MAX_ORIGINS = 16;

/** The names of hosts (RFC 1123, section 2.1; `_` occurs), and IPv6 addresses. URLs allow more. */
const HOST_NAME = /^([a-z0-9._-]+|\[[0-9a-f:]+\])$/;

/**
 * The Worker: one Gatehouse per origin that it is reached at, built on its first request.
 *
 * The origin need not be configured: Cloudflare routes only hosts that belong to the Worker.
 *
 * @param stateless see {@link createGatehouse}.
 */
export function createWorker(
  servicesFor: ServicesFor,
  stateless?: StatelessLane,
): Required<Pick<ExportedHandler<Env>, "fetch" | "scheduled">> {
  const gatehouses = new TtlCache<Gatehouse>(MAX_ORIGINS);

  /** @throws ConfigError for a wrong, missing or misspelt variable, or a missing binding. */
  function gatehouseFor(request: Request, env: Env): Gatehouse {
    const origin = env.PUBLIC_URL || new URL(request.url).origin;
    let gatehouse = gatehouses.get(origin);
    if (gatehouse === undefined) {
      gatehouse = createGatehouse(servicesFor(env), origin, stateless);
      gatehouses.set(origin, gatehouse, Number.POSITIVE_INFINITY);
    }
    return gatehouse;
  }

  async function answer(
    request: Request,
    { protocol, hostname }: URL,
    env: Env,
    ctx: ExecutionContext,
  ): Promise<Response> {
    // With a wildcard domain any name reaches this, even one that a shell would run when it is pasted.
    if (!HOST_NAME.test(hostname)) {
      return new Response("This server does not serve this host name.\n", { status: 421 });
    }
    // Tokens never travel in the clear. Where http is possible at all, on the developer's machine,
    // this also refuses names that a page has rebound to it (DNS rebinding).
    if (protocol === "http:" && !isLoopback(hostname)) {
      return new Response("This server is available over https only.\n", { status: 421 });
    }
    try {
      return await gatehouseFor(request, env)(request, env, ctx);
    } catch (error) {
      if (error instanceof ConfigError) {
        console.error({ event: "config_error", problems: error.problems });
        return new Response(`${error.message}\n`, { status: 500 });
      }
      const requestId = requestIdOf(request);
      console.error({ event: "unexpected_error", requestId, error: errorText(error) });
      return Response.json({ error: "server_error", reference: requestId }, { status: 500 });
    }
  }

  return {
    fetch(received, env, ctx): Promise<Response> {
      const request = withoutTrailingSlash(received);
      const url = new URL(request.url);
      if (url.protocol !== "http:" || !isLoopback(url.hostname)) {
        return withRequestLine(request, url, () => answer(request, url, env, ctx));
      }
      const local = fromLoopback(request);
      return withRequestLine(local, url, async () =>
        toLoopback(await answer(local, url, env, ctx)),
      );
    },

    /** Once a day (wrangler.jsonc, `triggers`). */
    async scheduled(_controller, env): Promise<void> {
      const { retentionDays } = parseAuditConfig(env);
      await deleteOldIndexRows(env.DB);
      const batches = await deleteOldBatches(env.DB, retentionDays);
      console.log({ event: "audit_retention", batches });
    },
  };
}
