import { SUPPORTED_PROTOCOL_VERSIONS } from "@modelcontextprotocol/sdk/types.js";
import * as z from "zod";
import type { Principal } from "../identity/principal";
import { CALL_REPORT_HEADER, decodeCallReport } from "./call-report-header";
import { recordCall } from "./record-call";
import { sessionNameOf } from "./session-id";

const singleMessageSchema = z.object({ method: z.string().optional() });

/**
 * Whether a POST in a session goes to its object as it is (direct-session.ts). Several messages in one
 * do not, and nothing that McpAgent refuses: its own way says why.
 */
export function goesDirectly({ headers }: Request, message: unknown): boolean {
  const accept = headers.get("accept") ?? "";
  const version = headers.get("mcp-protocol-version");
  const single = singleMessageSchema.safeParse(message).data;
  return (
    single !== undefined &&
    single.method !== "initialize" &&
    accept.includes("application/json") &&
    accept.includes("text/event-stream") &&
    headers.get("content-type")?.includes("application/json") === true &&
    (version === null || SUPPORTED_PROTOCOL_VERSIONS.includes(version))
  );
}

/**
 * Sends a message to the object of its session. What the object reports of a call is recorded here, even
 * when the client does not wait for the answer.
 *
 * @param request the client's.
 * @param forwarded what the object gets.
 */
export async function postToSession(
  request: Request,
  forwarded: Request,
  env: Env,
  ctx: ExecutionContext,
  { principal, sessionId, object }: { principal: Principal; sessionId: string; object: string },
): Promise<Response> {
  const answering = env.MCP_SESSION.getByName(object)
    .fetch(forwarded)
    .then((answer) => {
      const header = answer.headers.get(CALL_REPORT_HEADER);
      if (header !== null) {
        const lane = { era: "session", sessionId: sessionNameOf(sessionId) } as const;
        recordCall(env, request, principal, decodeCallReport(header), lane);
      }
      return answer;
    });
  ctx.waitUntil(answering.catch(() => undefined));
  return answering;
}
