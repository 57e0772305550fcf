import { type AuditConfig, parseAuditConfig } from "../config";
import { errorText } from "../lib/error-text";
import { AuditBuffer } from "./audit-buffer";
import type { NewAuditEvent } from "./audit-event";
import { batchStore } from "./batch-store";
import { type Refusal, RefusalCounts } from "./refusal-counts";

/** Where everything that matters is recorded. */
export type Audit = {
  /** Never throws, never waits. */
  record(event: NewAuditEvent): void;
  /** For events that strangers can cause without end: those that are alike are counted. Never throws, never waits. */
  recordRefusal(refusal: Refusal): void;
};

const audits = new WeakMap<Env, Audit>();

/**
 * The audit of an environment, one per isolate: events of all its requests are stored together.
 *
 * @throws ConfigError for a wrong or missing variable, which stops every request anyway.
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
      // What it records must not fail; the log says that there is a gap.
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

/** Events that are stored without waiting for more: everything that concerns security or changes something. */
function isUrgent(event: NewAuditEvent): boolean {
  switch (event.kind) {
    case "tool_call":
      return !event.readOnly;
    case "session_started":
      // Clients begin many of them, with a grant that has its own event, stored at once.
      return false;
    default:
      return true;
  }
}
