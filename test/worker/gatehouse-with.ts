import { createExecutionContext, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { parseConfig } from "../../src/engine/configuration";
import type { ServerDefinition } from "../../src/engine/server";
import { gatehouseOf } from "./gatehouse.ts";
import { TEST_ORIGIN } from "./origin.ts";
import { server } from "./server.ts";

/**
 * Another Gatehouse at the test's origin: with variables beside or in place of those of the Worker under
 * test, and with the same stores, as after a deployment that changed them.
 *
 * @param definition of the server; that of the engine's tests unless told.
 * @returns a fetch that reaches it, and everything else for real. It follows no redirect.
 */
export function gatehouseWith(
  vars: Record<string, unknown>,
  definition: ServerDefinition = server,
): typeof fetch {
  const config = parseConfig({ ...env, ...vars }, definition);
  const gatehouse = gatehouseOf(config, { definition });
  const deployed = { ...env, ...vars, GRANT: grantsWith(vars) };
  return async (input, init) => {
    const request = new Request(input, { redirect: "manual", ...init });
    const ours = new URL(request.url).origin === TEST_ORIGIN;
    return ours ? gatehouse(request, deployed, createExecutionContext()) : fetch(request);
  };
}

/** The grants' objects, which read variables of their own. */
function grantsWith(vars: Record<string, unknown>): Env["GRANT"] {
  return new Proxy(env.GRANT, {
    get(grants, property) {
      if (property !== "getByName") return Reflect.get(grants, property);
      return (name: string) =>
        new Proxy(grants.getByName(name), {
          get(grant, method) {
            return async (...args: unknown[]) => {
              await runInDurableObject(grant, (object) => {
                Reflect.set(object, "env", { ...env, ...vars });
              });
              return Reflect.apply(Reflect.get(grant, method), grant, args);
            };
          },
        });
    },
  });
}
