import { scheduler } from "node:timers/promises";

const MAX_RETRIES = 3;
/** How long all waiting of one call may take together: a client does not wait much longer for its answer. */
const BUDGET_MS = 10_000;
const FIRST_WAIT_MS = 250;

/** When to send a request again that failed for a while. One object a request. */
export class Retries {
  #count = 0;
  #leftMs = BUDGET_MS;
  readonly #signal: AbortSignal;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /**
   * Waits as long as the answer asks for, or twice as long as before; with jitter, so that callers who
   * failed together do not come back together.
   *
   * @returns false when trying again is no use any more, without having waited.
   * @throws what the signal was aborted with.
   */
  async wait(response: Response | undefined): Promise<boolean> {
    const askedMs = retryAfterMs(response);
    if (this.#count >= MAX_RETRIES || (askedMs ?? 0) > this.#leftMs) return false;
    const waitMs = Math.min(
      askedMs === undefined
        ? FIRST_WAIT_MS * 2 ** this.#count * (0.5 + Math.random())
        : askedMs * (1 + 0.25 * Math.random()),
      this.#leftMs,
    );
    this.#count++;
    this.#leftMs -= waitMs;
    // The form that Node.js has as well, where tests of tools run.
    await scheduler.wait(waitMs, { signal: this.#signal }).catch((error: unknown) => {
      this.#signal.throwIfAborted();
      throw error;
    });
    return true;
  }
}

/** RFC 9110, section 10.2.3, in its form of seconds; a date depends on two clocks. */
function retryAfterMs(response: Response | undefined): number | undefined {
  const header = response?.headers.get("retry-after");
  return header != null && /^\d{1,6}$/.test(header) ? Number(header) * 1_000 : undefined;
}
