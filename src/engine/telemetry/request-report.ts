import type { CallReport } from "../audit/call-report";
import type { Principal } from "../identity/principal";
import { requestIdOf } from "../lib/request-id";
import { type ClientFamily, clientFamilyOf } from "./client-family";
import type { MessageFacts } from "./message-facts";

/** The protocol's era: with a session, up to 2025-11-25, or without, from 2026-07-28 on. */
export type Era = "session" | "stateless";

/**
 * What is known about one request, for its line in the log. Code that learns something fills it in; nothing
 * depends on it.
 */
export type RequestReport = {
  readonly requestId: string;
  /** Present once the token has been verified. */
  caller?: Pick<Principal, "userId" | "clientId" | "clientName">;
  era?: Era;
  message?: MessageFacts;
  /** The outcome of a call, if that was known before the answer began. */
  call?: CallReport;
  /** The line is written: later changes are not in it. */
  hasLine: boolean;
};

const reports = new WeakMap<Request, RequestReport>();

/** The report of a request: one per Request object, made when first needed. */
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
