import type { CallReport } from "../audit/call-report";
import type { Principal } from "../identity/principal";
import { requestIdOf } from "../lib/request-id";
import { type ClientFamily, clientFamilyOf } from "./client-family";
import type { MessageFacts } from "./message-facts";

/** The protocol's: with a session, up to 2025-11-25, or without, from 2026-07-28 on. */
export type Era = "session" | "stateless";

/**
 * What is known of one request, for its line in the log. Whoever learns something fills it in; nothing is
 * decided by it.
 */
export type RequestReport = {
  readonly requestId: string;
  /** Present once the token was verified. */
  caller?: Pick<Principal, "userId" | "clientId" | "clientName">;
  era?: Era;
  message?: MessageFacts;
  /** What a call came to, if that was known before the answer began. */
  call?: CallReport;
  /** Nothing that is filled in from now on is in the line. */
  hasLine: boolean;
};

const reports = new WeakMap<Request, RequestReport>();

/** The report of a request: one for each object, made when it is first asked for. */
export function reportOf(request: Request): RequestReport {
  const known = reports.get(request);
  if (known !== undefined) return known;
  const report: RequestReport = { requestId: requestIdOf(request), hasLine: false };
  reports.set(request, report);
  return report;
}

/** The family of the client that sent a request (client-family.ts). */
export function clientFamilyIn(
  { headers }: Request,
  { caller, message }: RequestReport,
): ClientFamily {
  return clientFamilyOf([caller?.clientName, message?.clientName], headers.get("user-agent"));
}
