import { deleteOldBatches } from "../audit/retention";
import { ConfigError, isLoopback, parseConfig } from "../config";
import { errorText } from "../lib/error-text";
import { requestIdOf } from "../lib/request-id";
import type { StatelessLane } from "../mcp/stateless/handler";
import { withRequestLine } from "../telemetry/request-line";
import { createGatehouse } from "./gatehouse";
import { withoutTrailingSlash } from "./trailing-slash";

type Gatehouse = ReturnType<typeof createGatehouse>;

/** The names of hosts (RFC 1123, section 2.1; `_` occurs), and IPv6 addresses. URLs allow more. */
const HOST_NAME = /^([a-z0-9._-]+|\[[0-9a-f:]+\])$/;

/**
 * The Worker: one Gatehouse for each origin that it is reached at, built on its first request.
 *
 * The origin need not be configured: Cloudflare routes only hosts that belong to the Worker.
 *
 * @param stateless see {@link createGatehouse}.
 */
export function createWorker(
  stateless?: StatelessLane,
): Required<Pick<ExportedHandler<Env>, "fetch" | "scheduled">> {
  const gatehouses = new Map<string, Gatehouse>();

  /** @throws ConfigError for a wrong or missing variable. */
  function gatehouseFor(request: Request, env: Env): Gatehouse {
    const origin = env.PUBLIC_URL || new URL(request.url).origin;
    let gatehouse = gatehouses.get(origin);
    if (gatehouse === undefined) {
      gatehouse = createGatehouse(parseConfig(env), origin, stateless);
      gatehouses.set(origin, gatehouse);
    }
    return gatehouse;
  }

  async function answer(
    request: Request,
    { protocol, hostname }: URL,
    env: Env,
    ctx: ExecutionContext,
  ): Promise<Response> {
    // A wildcard domain makes any name reach this, also one that a shell would run when it is pasted.
    if (!HOST_NAME.test(hostname)) {
      return new Response("This server is not reached by that name.\n", { status: 421 });
    }
    // Tokens never travel in the clear. Where http is possible at all, on the developer's machine,
    // this also refuses names that a page has rebound to it (DNS rebinding).
    if (protocol === "http:" && !isLoopback(hostname)) {
      return new Response("This server is reached over https only.\n", { status: 421 });
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
      return withRequestLine(request, url, () => answer(request, url, env, ctx));
    },

    /** Once a day (wrangler.jsonc, `triggers`). */
    async scheduled(_controller, env): Promise<void> {
      const { audit } = parseConfig(env);
      const batches = await deleteOldBatches(env.DB, audit.retentionDays);
      console.log({ event: "audit_retention", batches });
    },
  };
}
