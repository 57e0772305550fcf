import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { parseConfig } from "../../src/config";
import { createGatehouse } from "../../src/gatehouse";
import { TEST_ORIGIN } from "./origin.ts";

/**
 * Another Gatehouse at the test's origin: with variables beside or in place of those of the Worker under
 * test, and with the same stores, as after a deployment that changed them.
 *
 * @returns a fetch that reaches it, and everything else for real. It follows no redirect.
 */
export function gatehouseWith(vars: Record<string, string>): typeof fetch {
  const gatehouse = createGatehouse(parseConfig({ ...env, ...vars }), TEST_ORIGIN);
  return async (input, init) => {
    const request = new Request(input, { redirect: "manual", ...init });
    const ours = new URL(request.url).origin === TEST_ORIGIN;
    return ours ? gatehouse(request, env, createExecutionContext()) : fetch(request);
  };
}
