import type { CallReport } from "../audit/call-report";
import { type CallSource, type Metrics, writeCallMetrics } from "./call-metrics";
import type { RequestReport } from "./request-report";

/**
 * Tells metrics and the log what a call came to. In the log it stands in one line: that of its request,
 * or, where that is written already or somewhere else, one of its own with the same request id.
 *
 * @param requestReport of the request that carried the call, where that is answered in this isolate.
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
