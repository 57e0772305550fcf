import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { LimitName } from "../../src/engine/lib/rate-limit";
import { gatehouseOf } from "./gatehouse.ts";
import { TEST_ORIGIN } from "./origin.ts";
import { configOf } from "./server.ts";

declare global {
  namespace Cloudflare {
    interface Env {
      /** Bound by vitest.config.ts only. */
      LIMIT_OF_THREE?: RateLimit;
    }
  }
}

export const LIMIT = 3;

/** workerd's own limiter: {@link LIMIT} uses a minute of each key. */
export const limitOfThree = bound(env.LIMIT_OF_THREE);

// Taken for a limiter that was removed, a missing one would make tests pass that must not.
function bound(limiter: RateLimit | undefined): RateLimit {
  if (limiter === undefined) throw new Error("vitest.config.ts binds no LIMIT_OF_THREE");
  return limiter;
}

/** Gatehouse, with the same storage as the Worker under test, and limits of the test's own. */
export type LimitedGatehouse = (path: string, init?: RequestInit) => Promise<Response>;

/** Puts other limiters in the place of those of wrangler.jsonc; undefined removes one. */
export function withLimits(
  limits: { [Name in LimitName]?: RateLimit | undefined },
): LimitedGatehouse {
  const gatehouse = gatehouseOf(configOf(env));
  const bindings: Env = { ...env };
  for (const [name, limiter] of Object.entries(limits)) {
    if (limiter === undefined) Reflect.deleteProperty(bindings, name);
    else Reflect.set(bindings, name, limiter);
  }
  return async (path, init) =>
    gatehouse(
      new Request(TEST_ORIGIN + path, { redirect: "manual", ...init }),
      bindings,
      createExecutionContext(),
    );
}

/** A limiter that is down. */
export const brokenLimiter: RateLimit = {
  limit: () => Promise.reject(new Error("The limiter is down")),
};

/** workerd counts by the minute of the clock; waits for the next when this one is about to end. */
export async function untilWindowHasRoom(): Promise<void> {
  const leftMs = 60_000 - (Date.now() % 60_000);
  if (leftMs < 5_000) await new Promise((resolve) => setTimeout(resolve, leftMs + 50));
}
