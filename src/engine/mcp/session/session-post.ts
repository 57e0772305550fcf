import {
  isInitializeRequest,
  isJSONRPCRequest,
  SUPPORTED_PROTOCOL_VERSIONS,
} from "@modelcontextprotocol/sdk/types.js";
import * as z from "zod";
import type { CallReport } from "../../audit/call-report";
import type { Principal } from "../../identity/principal";
import { recordCall } from "../record-call";
import { CALL_REPORT_HEADER, decodeCallReport } from "./call-report-header";
import { sessionNameOf } from "./session-id";

const singleMessageSchema = z.object({ method: z.string().optional() });

/**
 * Whether a request goes to its session's object as it is (direct-session.ts). Several messages in one
 * POST do not, nor requests that McpAgent refuses: its own path says why.
 *
 * @param message of a POST.
 * @param sessionId undefined if the request names none: then only `initialize` makes sense.
 */
export function goesDirectly(
  { method, headers }: Request,
  message: unknown,
  sessionId: string | undefined,
): boolean {
  const version = headers.get("mcp-protocol-version");
  const isKnownVersion = version === null || SUPPORTED_PROTOCOL_VERSIONS.includes(version);
  if (method === "DELETE" || method === "GET") return sessionId !== undefined && isKnownVersion;
  if (method !== "POST") return false;
  const single = singleMessageSchema.safeParse(message).data;
  if (single === undefined) return false;
  if (sessionId === undefined) return isInitializeRequest(message) && isJSONRPCRequest(message);
  return single.method !== "initialize" && isKnownVersion;
}

/**
 * Whether this begins a session in a way that McpAgent accepts, but we do not: `initialize` in an array
 * (MCP 2025-03-26, lifecycle: it must not be part of a batch).
 */
export function isBatchedInitialize(message: unknown): boolean {
  return Array.isArray(message) && message.some(isInitializeRequest);
}

/**
 * Sends a request to the object of its session. What the object reports of a call is recorded here, even
 * when the client does not wait for the answer.
 *
 * @param request the client's.
 * @param forwarded what the object gets.
 * @param lost makes the report of a call that the object did not live to answer.
 * @throws what the object, or the call to it, throws.
 */
export async function postToSession(
  request: Request,
  forwarded: Request,
  env: Env,
  ctx: ExecutionContext,
  { principal, sessionId, object }: { principal: Principal; sessionId: string; object: string },
  lost: () => Promise<CallReport | undefined>,
): Promise<Response> {
  const record = (report: CallReport) =>
    recordCall(env, request, principal, report, {
      era: "session",
      sessionId: sessionNameOf(sessionId),
    });
  const answering = env.MCP_SESSION.getByName(object)
    .fetch(forwarded)
    .then(
      (answer) => {
        const header = answer.headers.get(CALL_REPORT_HEADER);
        if (header !== null) record(decodeCallReport(header));
        return answer;
      },
      async (error) => {
        const report = await lost();
        if (report !== undefined) record(report);
        throw error;
      },
    );
  ctx.waitUntil(answering.catch(() => undefined));
  return answering;
}
