import { WorkerEntrypoint } from "cloudflare:workers";

const PERIOD_MS = 60_000;

let period = 0;
let counts = new Map<string, number>();

/**
 * Stands in for rate limiters, of which production keeps the counters in the memory of the machine.
 * Miniflare's would write to a database for each question. This one counts, and never refuses.
 */
export class Limiter extends WorkerEntrypoint {
  limit({ key }: RateLimitOptions): RateLimitOutcome {
    const now = Math.floor(Date.now() / PERIOD_MS);
    if (now !== period) {
      period = now;
      counts = new Map();
    }
    counts.set(key, (counts.get(key) ?? 0) + 1);
    return { success: true };
  }
}

export default {
  fetch: () => new Response("Not found\n", { status: 404 }),
} satisfies ExportedHandler<Env>;
