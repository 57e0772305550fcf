import type { NewAuditEvent } from "../audit/audit-event";
import type { CallReport } from "../audit/call-report";
import type { Principal } from "../identity/principal";

/** The request of a call, and its session in the era that has sessions. */
export type CallOrigin = {
  readonly requestId?: string | undefined;
  readonly sessionId?: string | undefined;
};

/** A tool call as the audit has it: who called, through which client and grant, and the outcome. */
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

/** Ids of the verified caller, for an audit event. */
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
