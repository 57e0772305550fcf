import type { EventOf, NewAuditEvent } from "./audit-event";

/** Events that a stranger can cause without end: they need no sign-in and no token. */
export type Refusal = EventOf<"token_refused" | "registration">;

const WINDOW_MS = 60_000;

/** More than these share an event without ids: made-up ids must not fill the memory either. */
const MAX_KEYS = 256;

type Count = { readonly event: Refusal; readonly sinceMs: number; more: number };

/**
 * Counts refusals that are alike, apart from the request: the first in a minute is an event at once, and all
 * others in that minute are one more, with their number. So the kinds of refusals bound what strangers leave in
 * the audit, not their requests.
 *
 * The number is recorded when the minute is over, with whatever the isolate records next; if the isolate ends
 * before that, it is lost.
 */
export class RefusalCounts {
  readonly #counts = new Map<string, Count>();

  /** @returns the event to record now, if it is the first of its kind in this minute. */
  count(refusal: Refusal, nowMs: number): Refusal | undefined {
    const own = keyOf(refusal);
    const isFull = this.#counts.size >= MAX_KEYS && !this.#counts.has(own);
    const event = isFull ? withoutIds(refusal) : refusal;
    const key = isFull ? keyOf(event) : own;
    const count = this.#counts.get(key);
    if (count !== undefined) {
      count.more += 1;
      return undefined;
    }
    this.#counts.set(key, { event, sinceMs: nowMs, more: 0 });
    return event;
  }

  /** The events for the refusals counted in minutes that are over. */
  takeDue(nowMs: number): Refusal[] {
    const due = [...this.#counts].filter(([, { sinceMs }]) => nowMs - sinceMs >= WINDOW_MS);
    for (const [key] of due) this.#counts.delete(key);
    return due.flatMap(([, { event, more }]) => {
      const { requestId: _, ...alike } = event;
      return more === 0 ? [] : [{ ...alike, count: more }];
    });
  }
}

function keyOf({ requestId: _, ...alike }: NewAuditEvent): string {
  return JSON.stringify(alike);
}

function withoutIds({ userId: _, clientId: __, grantId: ___, ...event }: Refusal): Refusal {
  return event;
}
