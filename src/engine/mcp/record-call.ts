import { auditFor } from "../audit/audit";
import type { CallReport } from "../audit/call-report";
import type { Principal } from "../identity/principal";
import { requestIdOf } from "../lib/request-id";
import { logCall } from "../telemetry/call-telemetry";
import { clientFamilyIn, type Era, reportOf } from "../telemetry/request-report";
import { toolCallEvent } from "./call-audit";

/** Records a call's outcome in the audit, the metrics and the log, in the isolate that got its request. */
export function recordCall(
  env: Env,
  request: Request | undefined,
  principal: Principal,
  report: CallReport,
  lane: { readonly era: Era; readonly sessionId?: string },
): void {
  const requestId = request && requestIdOf(request);
  const { era, sessionId } = lane;
  auditFor(env).record(toolCallEvent(principal, report, { requestId, sessionId }));
  const requestReport = request && reportOf(request);
  const client = request && requestReport ? clientFamilyIn(request, requestReport) : "other";
  const source = { era, client, clientId: principal.clientId, requestId };
  logCall(env, report, source, requestReport);
}
