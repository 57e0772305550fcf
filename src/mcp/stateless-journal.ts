import { auditFor } from "../audit/audit";
import { requestIdOf } from "../http/request-id";
import type { Principal } from "../identity/principal";
import type { Offering } from "../offering";
import { tellOfCall } from "../telemetry/call-telemetry";
import { clientFamilyIn, reportOf } from "../telemetry/request-report";
import { toolCallEvent } from "./call-audit";
import type { CallJournal } from "./call-report";

/**
 * Where the audit, the metrics and the log are told of a call without a session.
 *
 * @param request that carries it; the SDK does not always say which one that is.
 */
export function statelessJournal(
  { argumentsHash }: Pick<Offering, "argumentsHash">,
  env: Env,
  principal: Principal,
  request: Request | undefined,
): CallJournal {
  return {
    argumentsHash,
    report(report) {
      const requestId = request && requestIdOf(request);
      auditFor(env).record(toolCallEvent(principal, report, { requestId }));
      const requestReport = request && reportOf(request);
      const client = request && requestReport ? clientFamilyIn(request, requestReport) : "other";
      const source = { era: "stateless", client, clientId: principal.clientId, requestId } as const;
      tellOfCall(env, report, source, requestReport);
    },
  };
}
