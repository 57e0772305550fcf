import type { CallReport } from "../audit/call-report";
import { type CallSource, type Metrics, writeCallMetrics } from "./call-metrics";
import type { RequestReport } from "./request-report";

/**
 * Records a call's outcome in the metrics and the log. In the log it is in one line: its request's or, if that
 * is already written or written elsewhere, one of its own with the same request id.
 *
 * @param requestReport of the request that carried the call, if it is answered in this isolate.
 */
export function logCall(
  env: Metrics,
  call: CallReport,
  source: CallSource & { readonly requestId: string | undefined },
  requestReport?: RequestReport,
): void {
  writeCallMetrics(env, call, source);
  const { tool, outcome, code, milliseconds } = call;
  if (requestReport !== undefined && !requestReport.hasLine) {
    requestReport.call = call;
    return;
  }
  const { requestId, era, client } = source;
  console.log({
    event: "tool_call",
    ...(requestId !== undefined && { requestId }),
    era,
    client,
    tool,
    outcome,
    ...(code !== undefined && { code }),
    toolMilliseconds: milliseconds,
  });
}
