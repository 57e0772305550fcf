import type { NewAuditEvent } from "./audit-event";

/** Where everything that matters is told. */
export type Audit = {
  /** Never throws, never waits. */
  record(event: NewAuditEvent): void;
};

const audits = new WeakMap<Env, Audit>();

/** The audit of an environment, one an isolate: events of all its requests are stored together. */
export function auditFor(env: Env): Audit {
  const audit = audits.get(env) ?? { record() {} };
  audits.set(env, audit);
  return audit;
}
