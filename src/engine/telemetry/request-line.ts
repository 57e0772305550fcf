import { clientFamilyIn, reportOf } from "./request-report";
import { routeNameOf } from "./route-name";

const METHODS = ["GET", "HEAD", "POST", "DELETE", "OPTIONS", "PUT", "PATCH"];

/** Client ids can be the addresses of metadata documents, of any length. */
const MAX_CLIENT_ID_CHARS = 200;

/**
 * Answers a request and writes its one line in the log, when the answer begins: by then the time that the
 * client waited is known, a stream's end may be hours away, and a line that waits for it can get lost.
 *
 * The line has names from fixed sets, numbers, and opaque ids; nothing that a client or person wrote.
 *
 * @param answer must not throw.
 */
export async function withRequestLine(
  request: Request,
  { pathname }: URL,
  answer: () => Promise<Response>,
): Promise<Response> {
  const startedAtMs = Date.now();
  const response = await answer();
  const report = reportOf(request);
  const { requestId, era, caller, message, call } = report;
  const isStream = response.headers.get("content-type") === "text/event-stream";
  report.hasLine = true;
  console.log({
    event: "request",
    requestId,
    route: routeNameOf(pathname),
    method: METHODS.includes(request.method) ? request.method : "other",
    status: response.status,
    // A Worker's clock stands still while it computes: this is the time that it waited for others.
    milliseconds: Date.now() - startedAtMs,
    client: clientFamilyIn(request, report),
    ...(era !== undefined && { era }),
    ...(caller !== undefined && {
      userId: caller.userId,
      clientId: caller.clientId.slice(0, MAX_CLIENT_ID_CHARS),
    }),
    ...(message !== undefined && { rpcMethod: message.rpcMethod }),
    ...(message?.tool !== undefined && { tool: message.tool }),
    ...(call !== undefined && { outcome: call.outcome, toolMilliseconds: call.milliseconds }),
    ...(call?.code !== undefined && { code: call.code }),
    ...(isStream && { stream: true }),
  });
  return response;
}
