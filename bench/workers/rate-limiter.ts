const PERIOD_MS = 60_000;

/**
 * Stands in for a rate limiter. In production an isolate asks its own copy of the counter, which is brought up
 * to date behind it (Workers documentation, rate limiting, accuracy); Miniflare's would write to a database
 * for each question. This one counts, and never refuses.
 */
export function rateLimiter(): RateLimit {
  let period = 0;
  let counts = new Map<string, number>();
  return {
    limit({ key }) {
      const now = Math.floor(Date.now() / PERIOD_MS);
      if (now !== period) {
        period = now;
        counts = new Map();
      }
      counts.set(key, (counts.get(key) ?? 0) + 1);
      return Promise.resolve({ success: true });
    },
  };
}
