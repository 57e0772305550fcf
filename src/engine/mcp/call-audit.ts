import type { NewAuditEvent } from "../audit/audit-event";
import type { CallReport } from "../audit/call-report";
import type { Principal } from "../identity/principal";

/** Which request a call came with, and in which session, in the era that has them. */
export type CallOrigin = {
  readonly requestId?: string | undefined;
  readonly sessionId?: string | undefined;
};

/** A tool call as the audit has it: who called, by which client and grant, and what came of it. */
export function toolCallEvent(
  principal: Principal,
  report: CallReport,
  origin: CallOrigin,
): NewAuditEvent {
  return {
    kind: "tool_call",
    ...report,
    scopes: principal.scopes,
    ...callerIds(principal, origin),
  };
}

/** Of whom an event tells that a verified token stands behind. */
export function callerIds(
  { userId, clientId, grantId }: Principal,
  { requestId, sessionId }: CallOrigin,
) {
  return {
    userId,
    clientId,
    ...(grantId !== undefined && { grantId }),
    ...(sessionId !== undefined && { sessionId }),
    ...(requestId !== undefined && { requestId }),
  };
}
