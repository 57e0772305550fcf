import { env } from "cloudflare:workers";

declare global {
  namespace Cloudflare {
    interface Env {
      /** Bound by test/support/workerd-project.ts only: which servers are this workerd's. */
      OWN_SERVERS?: string;
    }
  }
}

/**
 * Of servers that were started once for each of Vitest's workers, those of this one: no test in another file
 * changes what they do.
 */
export function ownOf<T>(servers: readonly T[]): T {
  const own = servers[Number(env.OWN_SERVERS) % servers.length];
  if (own === undefined) throw new Error("test/support/workerd-project.ts binds no OWN_SERVERS");
  return own;
}
