import type { Authenticated } from "../../identity/authenticated";
import { requestIdOf } from "../../lib/request-id";
import { CREDENTIAL_HEADER, type CredentialSeal } from "../credential-header";
import { ANSWER_FORM_HEADER, type AnswerForm } from "./answer-form";
import { CALL_REPORT_HEADER } from "./call-report-header";
import { encodePrincipal, PRINCIPAL_HEADER } from "./principal-header";

/**
 * The account of another service that a client is configured for: a person can write it into their client's
 * configuration, next to the server's address, and a model cannot change it. Cloudflare's own MCP servers
 * accept the same header.
 */
export const ACCOUNT_HEADER = "cf-account-id";

/** Carries the id of a request (lib/request-id.ts) into the session's object. */
export const REQUEST_ID_HEADER = "gatehouse-request-id";

/**
 * The client's headers that a session needs. Everything else stays outside: the access token, which
 * must not end up in an object's storage, cookies, and any forged copy of an internal header.
 */
const PASSED_ON = [
  ACCOUNT_HEADER,
  "accept",
  "content-type",
  "last-event-id",
  "mcp-protocol-version",
  "mcp-session-id",
  "user-agent",
];

/**
 * The request as the session gets it: with the same method, and the Principal of this request.
 *
 * @param change `url`, `sessionId` and `accept` replace the client's; `body` if it was already read, which is
 *   then JSON, whatever its headers said; `answerForm` of a POST.
 */
export async function forwardedRequest(
  request: Request,
  { principal, credential }: Authenticated,
  seal: CredentialSeal,
  change: {
    url?: URL;
    sessionId?: string;
    body?: string;
    accept?: string;
    answerForm?: AnswerForm;
  },
): Promise<Request> {
  const headers = new Headers();
  for (const name of PASSED_ON) {
    const value = request.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  headers.set(PRINCIPAL_HEADER, encodePrincipal(principal));
  headers.set(REQUEST_ID_HEADER, requestIdOf(request));
  // Only a message can cause a call to an API.
  if (credential !== undefined && change.body !== undefined) {
    headers.set(CREDENTIAL_HEADER, await seal.seal(credential));
  }
  if (change.sessionId !== undefined) headers.set("mcp-session-id", change.sessionId);
  if (change.accept !== undefined) headers.set("accept", change.accept);
  if (change.answerForm !== undefined) headers.set(ANSWER_FORM_HEADER, change.answerForm);
  if (change.body !== undefined) headers.set("content-type", "application/json");
  return new Request(change.url ?? request.url, {
    method: request.method,
    headers,
    ...(change.body !== undefined && { body: change.body }),
  });
}

/**
 * The session's answer as the client gets it. McpAgent lets every site's scripts read it; here the
 * resource server in front decides that (CORS), after refusing foreign origins.
 */
export function answeredResponse(response: Response, sealedSessionId?: string): Response {
  const headers = new Headers(response.headers);
  for (const name of response.headers.keys()) {
    if (name.startsWith("access-control-")) headers.delete(name);
  }
  headers.delete(CALL_REPORT_HEADER);
  // McpAgent would send the id without its MAC.
  headers.delete("mcp-session-id");
  headers.set("access-control-expose-headers", "Mcp-Session-Id");
  // For proxies that would buffer a stream before they pass it on (nginx, and those that copied it).
  if (headers.get("content-type") === "text/event-stream") headers.set("x-accel-buffering", "no");
  if (sealedSessionId !== undefined) headers.set("mcp-session-id", sealedSessionId);
  return new Response(response.body, { status: response.status, headers });
}
