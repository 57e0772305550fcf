import { type AuditConfig, parseAuditConfig } from "../config";
import { errorText } from "../lib/error-text";
import { AuditBuffer } from "./audit-buffer";
import type { NewAuditEvent } from "./audit-event";
import { batchStore } from "./batch-store";
import { type Refusal, RefusalCounts } from "./refusal-counts";

/** Where everything that matters is told. */
export type Audit = {
  /** Never throws, never waits. */
  record(event: NewAuditEvent): void;
  /** For what strangers can cause without end: those that are alike are counted. Never throws, never waits. */
  recordRefusal(refusal: Refusal): void;
};

const audits = new WeakMap<Env, Audit>();

/**
 * The audit of an environment, one an isolate: events of all its requests are stored together.
 *
 * @throws ConfigError for a wrong or missing variable, which nothing that serves requests gets past.
 */
export function auditFor(env: Env): Audit {
  const audit = audits.get(env) ?? auditOf(env);
  audits.set(env, audit);
  return audit;
}

function auditOf(env: Env): Audit {
  const audit = parseAuditConfig(env);
  const buffer = new AuditBuffer(batchStore(env));
  const refusals = new RefusalCounts();
  function add(event: NewAuditEvent): void {
    try {
      for (const due of refusals.takeDue(Date.now())) buffer.add(due, { urgent: false });
      if (isWanted(event, audit)) buffer.add(event, { urgent: isUrgent(event) });
    } catch (error) {
      // What it tells of must go on; that there is a gap is told here.
      console.error({ event: "audit_events_lost", events: 1, error: errorText(error) });
    }
  }
  return {
    record: add,
    recordRefusal(refusal) {
      const first = refusals.count(refusal, Date.now());
      if (first !== undefined) add(first);
    },
  };
}

/** Only calls of tools that change nothing can be left out. */
function isWanted(event: NewAuditEvent, { readOnlyCalls }: AuditConfig): boolean {
  if (event.kind !== "tool_call" || !event.readOnly) return true;
  const failed = event.outcome === "error" || event.outcome === "failed";
  return (failed && readOnlyCalls.failures) || Math.random() < readOnlyCalls.share;
}

/** What is stored without waiting for more: whatever concerns security, or changes something. */
function isUrgent(event: NewAuditEvent): boolean {
  switch (event.kind) {
    case "tool_call":
      return !event.readOnly;
    case "session_started":
      // Clients begin many of them, with a grant whose own event is stored at once.
      return false;
    default:
      return true;
  }
}
