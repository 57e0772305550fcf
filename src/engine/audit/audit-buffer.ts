import { waitUntil } from "cloudflare:workers";
import { errorText } from "../lib/error-text";
import type { NewAuditEvent } from "./audit-event";
import { type Batch, OpenBatch } from "./batch";
import type { BatchStore } from "./batch-store";
import { eventStamps } from "./event-id";

/** How long an event may wait for others. */
const GATHER_MS = 1_000;

/**
 * How many requests stay alive for one batch, besides the one that stores at once. A request can be cut off
 * at any time; all of them only together with the isolate.
 */
const MAX_WAITERS = 2;

/** No attempt takes longer (batch-store.ts); one that seems to has lost the request that made it. */
const ATTEMPT_LIMIT_MS = 8_000;
const RETRY_MS = [1_000, 2_000, 4_000, 8_000];

/** How much waits in memory while nothing accepts it: about as many megabytes. */
const MAX_WAITING_LENGTH = 4 * 1_024 * 1_024;

type Waiting = {
  readonly batch: Batch;
  readonly events: number;
  /** Nobody else tries before this time. */
  busyUntilMs: number;
};

/**
 * Gathers the events of an isolate's requests into batches and stores them without delaying any
 * request.
 *
 * A request's timers and promises end with it, so nothing here waits for another request's: some requests of
 * each batch stay alive (`waitUntil`), and whichever comes first takes all there is. A batch is forgotten
 * only when it is stored; until then any later request tries again.
 */
export class AuditBuffer {
  readonly #store: BatchStore;
  readonly #stamp = eventStamps();
  readonly #waiting = new Map<string, Waiting>();
  #waitingLength = 0;
  #open: OpenBatch | undefined;
  #waiters = 0;
  #flushDueSinceMs = 0;
  #isUrgent = false;
  /** A request is storing urgent events, and continues with those that arrive meanwhile. */
  #urgentUntilMs = 0;

  constructor(store: BatchStore) {
    this.#store = store;
  }

  /** @param options `urgent`: it waits for no other events, only for those being stored. */
  add(event: NewAuditEvent, { urgent }: { urgent: boolean }): void {
    const stamped = { ...event, ...this.#stamp(Date.now()) };
    if (this.#open?.add(stamped) !== true) {
      this.#close();
      this.#open = new OpenBatch(stamped);
      this.#open.add(stamped);
    }
    this.#isUrgent ||= urgent;
    this.#flushSoon();
    if (urgent) this.#flushNow();
  }

  #flushSoon(): void {
    const nowMs = Date.now();
    // Those that should have taken the batch by now are gone.
    const late = nowMs - this.#flushDueSinceMs >= GATHER_MS;
    if (this.#waiters >= MAX_WAITERS && !late) return;
    this.#waiters += 1;
    this.#flushDueSinceMs = nowMs;
    waitUntil(this.#afterGathering());
  }

  async #afterGathering(): Promise<void> {
    await scheduler.wait(GATHER_MS);
    this.#close();
    for (const delayMs of RETRY_MS) {
      await this.#storeWaiting();
      if (this.#waiting.size === 0) return;
      await scheduler.wait(delayMs);
    }
    await this.#storeWaiting();
  }

  #flushNow(): void {
    const nowMs = Date.now();
    if (nowMs < this.#urgentUntilMs) return;
    this.#urgentUntilMs = nowMs + ATTEMPT_LIMIT_MS;
    waitUntil(this.#whileUrgent());
  }

  /** Events that arrive while others are being stored share the next batch, so that a flood makes few rows. */
  async #whileUrgent(): Promise<void> {
    // Events of the same moment go together.
    await scheduler.wait(0);
    while (this.#isUrgent && Date.now() < this.#urgentUntilMs) {
      this.#close();
      await this.#storeWaiting();
    }
    this.#urgentUntilMs = 0;
  }

  #close(): void {
    if (this.#open === undefined) return;
    const { batch, events } = this.#open.close();
    this.#waiting.set(batch.id, { batch, events, busyUntilMs: 0 });
    this.#waitingLength += batch.events.length;
    this.#open = undefined;
    this.#waiters = 0;
    this.#isUrgent = false;
    this.#dropOldest();
  }

  async #storeWaiting(): Promise<void> {
    const nowMs = Date.now();
    const due = [...this.#waiting.values()].filter(({ busyUntilMs }) => busyUntilMs <= nowMs);
    await Promise.all(due.map((waiting) => this.#tryToStore(waiting)));
  }

  async #tryToStore(waiting: Waiting): Promise<void> {
    waiting.busyUntilMs = Date.now() + ATTEMPT_LIMIT_MS;
    try {
      await this.#store(waiting.batch);
      this.#forget(waiting);
    } catch (error) {
      waiting.busyUntilMs = 0;
      console.error({
        event: "audit_store_failed",
        events: waiting.events,
        error: errorText(error),
      });
    }
  }

  #forget({ batch }: Waiting): void {
    if (this.#waiting.delete(batch.id)) this.#waitingLength -= batch.events.length;
  }

  /** A Map is iterated in the order of insertion. */
  #dropOldest(): void {
    for (const waiting of this.#waiting.values()) {
      if (this.#waitingLength <= MAX_WAITING_LENGTH) return;
      this.#forget(waiting);
      console.error({ event: "audit_events_lost", events: waiting.events });
    }
  }
}
