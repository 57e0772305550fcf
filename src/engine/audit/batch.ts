import type { AuditEvent } from "./audit-event";

/** Events that are stored together, as one row of `audit_batches` (migrations/0002_audit.sql). */
export type Batch = {
  /** The id of its first event. */
  readonly id: string;
  readonly users: string;
  readonly events: string;
};

/**
 * All events of a batch were recorded within this time. So a query for events since some time reads the
 * batches since that much earlier.
 */
export const BATCH_SPAN_MS = 10_000;

/** Far below what a row of D1 may hold (2 MB), even if each character were three bytes. */
const MAX_LENGTH = 128 * 1_024;
const MAX_EVENTS = 500;

/** How much of a text or list from outside is kept, such as a client id that is a long URL. */
const MAX_TEXT = 512;
const MAX_ITEMS = 64;

/** A batch that still accepts events. */
export class OpenBatch {
  readonly id: string;
  readonly firstAtMs: number;
  readonly #users = new Set<string>();
  readonly #events: string[] = [];
  #length = 0;

  constructor({ id, atMs }: Pick<AuditEvent, "id" | "atMs">) {
    this.id = id;
    this.firstAtMs = atMs;
  }

  /** @returns whether it accepted the event; an empty batch accepts any. */
  add(event: AuditEvent): boolean {
    const text = textOf(event);
    const fits =
      this.#length + text.length <= MAX_LENGTH &&
      this.#events.length < MAX_EVENTS &&
      event.atMs - this.firstAtMs <= BATCH_SPAN_MS;
    if (!fits && this.#events.length > 0) return false;
    this.#events.push(text);
    this.#length += text.length;
    if (event.userId !== undefined) this.#users.add(event.userId);
    return true;
  }

  /** The batch as it is stored, and how many events it has. */
  close(): { batch: Batch; events: number } {
    const users = [...this.#users].map((id) => `${id} `).join("");
    const events = `[${this.#events.join(",")}]`;
    return { batch: { id: this.id, users: ` ${users}`, events }, events: this.#events.length };
  }
}

/** An event is about 600 characters long. */
const ORDINARY_LENGTH = 2_048;

/**
 * JSON of an event, bounded whatever the code that records it has checked, and valid as SQLite text. Few events
 * need a second look, which costs more than the rest of `record`.
 */
function textOf(event: AuditEvent): string {
  const text = JSON.stringify(event);
  // A surrogate is escaped only when it is without its other half.
  const isOrdinary = text.length <= ORDINARY_LENGTH && !text.includes("\\ud");
  return isOrdinary ? text : JSON.stringify(event, bounded);
}

function bounded(_key: string, value: unknown): unknown {
  if (typeof value === "string") return value.slice(0, MAX_TEXT).toWellFormed();
  return Array.isArray(value) ? value.slice(0, MAX_ITEMS) : value;
}
