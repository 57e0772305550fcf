import { auditFor } from "../audit/audit";
import { requestIdOf } from "../http/request-id";
import type { Principal } from "../identity/principal";
import { tellOfCall } from "../telemetry/call-telemetry";
import { clientFamilyIn, type Era, reportOf } from "../telemetry/request-report";
import { toolCallEvent } from "./call-audit";
import type { CallReport } from "./call-report";

/** Tells the audit, the metrics and the log what a call came to, in the isolate that got its request. */
export function recordCall(
  env: Env,
  request: Request,
  principal: Principal,
  report: CallReport,
  lane: { readonly era: Era; readonly sessionId?: string },
): void {
  const requestId = requestIdOf(request);
  const { era, sessionId } = lane;
  auditFor(env).record(toolCallEvent(principal, report, { requestId, sessionId }));
  const requestReport = reportOf(request);
  const client = clientFamilyIn(request, requestReport);
  const source = { era, client, clientId: principal.clientId, requestId };
  tellOfCall(env, report, source, requestReport);
}
