import { type CallReport, callReportSchema } from "../../audit/call-report";

/**
 * Carries the report of a call from the session's object to the Worker, which records it: one isolate
 * of the Worker serves many sessions, and stores their events together. It never reaches a client.
 */
export const CALL_REPORT_HEADER = "gatehouse-call-report";

/** Base64 of UTF-8 JSON, because arguments are not ASCII and header values are. */
export function encodeCallReport(report: CallReport): string {
  return new TextEncoder().encode(JSON.stringify(report)).toBase64();
}

/** @throws when it is not what {@link encodeCallReport} made. */
export function decodeCallReport(header: string): CallReport {
  const json = new TextDecoder().decode(Uint8Array.fromBase64(header));
  return callReportSchema.parse(JSON.parse(json));
}
