import type { OAuthResourceContext } from "@cloudflare/workers-oauth-provider";
import { JSONRPCMessageSchema } from "@modelcontextprotocol/sdk/types.js";
import { auditFor } from "../audit/audit";
import type { Authenticated } from "../identity/authenticated";
import { requestIdOf } from "../lib/request-id";
import type { Services } from "../services";
import { messageFacts } from "../telemetry/message-facts";
import { reportOf } from "../telemetry/request-report";
import { callerIds } from "./call-audit";
import { refuseBeyondCallLimits } from "./call-limits";
import { credentialSeal } from "./credential-header";
import {
  invalidParams,
  isInitialize,
  jsonRpcError,
  type Message,
  MessageError,
  notJson,
  notJsonRpc,
  readMessage,
  saysJson,
  sessionNotFound,
} from "./message";
import { wrongParams } from "./params-check";
import { refuseBeyondRequestLimits } from "./request-limits";
import { refuseBeyondScopes } from "./scope-check";
import { agentNames } from "./session/agents-internals";
import { answeredResponse, forwardedRequest } from "./session/forward";
import { jsonRefusal } from "./session/json-refusal";
import { keptAlive } from "./session/keep-alive";
import { takesScopeChallenges } from "./session/scope-challenges";
import { McpSession } from "./session/session";
import { admitSession } from "./session/session-grant";
import { type SessionIds, startOf } from "./session/session-id";
import { BINDING, contextFor, recordStart, sessionLane } from "./session/session-lane";
import { SESSION_ENDED } from "./session/session-lifetime";
import { classifyEra } from "./stateless/fast-path";
import type { StatelessLane } from "./stateless/handler";
import { callerOf } from "./tool-context";

/** A request with a token that was verified for this endpoint's resource. */
export type McpHandler = {
  fetch(request: Request, env: Env, ctx: OAuthResourceContext<Authenticated>): Promise<Response>;
};

/**
 * Streamable HTTP at /mcp, for both eras of MCP: 2024-11-05 to 2025-11-25 with sessions, 2026-07-28
 * without.
 */
export function streamableHttpEndpoint(
  services: Services,
  ids: SessionIds,
  stateless: StatelessLane,
): McpHandler {
  const sessions = sessionLane(services, ids);
  // In practice an isolate has one env; if it gets another, it gets another handler.
  let lane: { env: Env; handle: ReturnType<StatelessLane> } | undefined;
  return {
    async fetch(request, env, ctx) {
      if (!["GET", "POST", "DELETE"].includes(request.method))
        return methodNotAllowed("GET, POST, DELETE");
      const { principal } = ctx.props;
      const message = await messageOf(request);
      if (message instanceof Response) return message;
      // Before any rule of one era: what a header means depends on it.
      const outcome = message && classifyEra(request, message.json);
      if (message !== undefined && outcome !== undefined && outcome.kind !== "legacy") {
        reportOf(request).era = "stateless";
        const refusal = await refusalOf(services, request, env, ctx, message);
        if (refusal !== undefined) return refusal;
        // This era has no `initialize`: an unknown method is reported before its params.
        const wrong = isInitialize(message.json) ? undefined : wrongParams(message.json);
        if (outcome.kind === "modern" && wrong !== undefined)
          return invalidParams(message.json, wrong);
        if (lane?.env !== env) lane = { env, handle: stateless(services, env) };
        return answeredResponse(await lane.handle(request, message.json, ctx.props, outcome));
      }
      reportOf(request).era = "session";
      // `initialize` begins a new session: some clients keep sending the id of one that has ended.
      const isStart = isInitialize(message?.json);
      const signed = isStart ? null : request.headers.get("mcp-session-id");
      const session = signed === null ? undefined : await ids.verify(signed, startOf(principal));
      if (signed !== null && session === undefined) return sessionNotFound();
      // If the grant had ended, it would have closed its sessions.
      if (session !== undefined && session.grantId !== principal.grantId) {
        const name = agentNames.streamableHttp(session.id);
        const refusal = await admitSession(env, principal, ctx.auth, name);
        if (refusal !== undefined) return refusal;
      }
      const takesChallenges = session === undefined || takesScopeChallenges(session.id);
      const refusal = await refusalOf(services, request, env, ctx, message, {
        takesChallenges,
        isStart,
      });
      return refusal ?? sessions(request, env, ctx, session?.id, message);
    },
  };
}

/**
 * HTTP with server-sent events at /sse and /sse/message, the transport of MCP 2024-11-05. The
 * session's id is in the address of the messages, which the client learns from the stream.
 */
export function sseEndpoint(services: Services, ids: SessionIds): McpHandler {
  const seal = credentialSeal(services.config.sessionSecret);
  const sessions = McpSession.serveSSE("/sse", { binding: BINDING });
  return {
    async fetch(request, env, ctx) {
      const { principal } = ctx.props;
      const owner = startOf(principal);
      reportOf(request).era = "session";
      const url = new URL(request.url);
      if (url.pathname === "/sse") {
        if (request.method !== "GET") return methodNotAllowed("GET");
        // McpAgent takes the id from the address; a client's own choice is never passed on.
        const sessionId = crypto.randomUUID();
        const tooOften = await refusalOf(services, request, env, ctx, undefined, { isStart: true });
        if (tooOften !== undefined) return tooOften;
        const signed = await ids.sign(sessionId, owner);
        url.search = `?sessionId=${signed}`;
        const forwarded = await forwardedRequest(request, ctx.props, seal, { url });
        const stream = await sessions.fetch(forwarded, env, contextFor(owner, ctx));
        // Not earlier: the grant could end in between, and close a session that has not begun yet.
        const object = agentNames.sse(signed);
        const refusal = await admitSession(env, principal, ctx.auth, object);
        if (refusal !== undefined) {
          await env.MCP_SESSION.getByName(object).closeForGrant();
          // McpAgent ends the stream of a closed session, and fails silently when nobody reads it.
          const drained = stream.body?.pipeTo(new WritableStream()).catch(() => undefined);
          ctx.waitUntil(drained ?? Promise.resolve());
          return refusal;
        }
        if (stream.ok) recordStart(request, env, principal, sessionId, "sse");
        return answeredResponse(keptAlive(stream));
      }
      if (url.pathname !== "/sse/message") return jsonRpcError(404, -32_000, "Not found");
      if (request.method !== "POST") return methodNotAllowed("POST");
      const signed = url.searchParams.get("sessionId");
      const session = signed === null ? undefined : await ids.verify(signed, owner);
      if (session === undefined) return sessionNotFound();
      if (session.grantId !== principal.grantId) {
        const refusal = await admitSession(env, principal, ctx.auth, agentNames.sse(signed ?? ""));
        if (refusal !== undefined) return refusal;
      }
      url.search = `?sessionId=${signed}`;
      const message = await messageOf(request);
      if (message === undefined || message instanceof Response) return message ?? sessionNotFound();
      const tooMuch = await refusalOf(services, request, env, ctx, message);
      if (tooMuch !== undefined) return tooMuch;
      if (!saysJson(request)) return notJson();
      // In the object, an invalid message fails in a way that cannot be reported from there.
      if (!JSONRPCMessageSchema.safeParse(message.json).success) return notJsonRpc();
      const forwarded = await forwardedRequest(request, ctx.props, seal, {
        url,
        body: message.text,
        accept: "text/event-stream",
      });
      const response = await sessions.fetch(forwarded, env, contextFor(undefined, ctx));
      const ended = response.status === 400 && (await response.clone().text()) === SESSION_ENDED;
      if (ended) return sessionNotFound();
      return response.ok ? accepted(response) : answeredResponse(await jsonRefusal(response));
    },
  };
}

/** A POST's message; a Response when it is invalid. */
async function messageOf(request: Request): Promise<Message | undefined | Response> {
  if (request.method !== "POST") return undefined;
  try {
    return await readMessage(request);
  } catch (error) {
    if (error instanceof MessageError)
      return jsonRpcError(error.status, error.rpcCode, error.message);
    throw error;
  }
}

/**
 * Refuses requests that come too often, or need more than the token allows.
 *
 * @param session whether a session begins, and whether its client understands a 403 to a call of a tool.
 * @returns undefined when the request may proceed.
 */
async function refusalOf(
  { config, catalogue }: Services,
  request: Request,
  env: Env,
  ctx: OAuthResourceContext<Authenticated>,
  message: Message | undefined,
  { isStart = false, takesChallenges = true } = {},
): Promise<Response | undefined> {
  const { principal } = ctx.props;
  const requestId = requestIdOf(request);
  const caller = callerOf(config, principal);
  if (message !== undefined) {
    reportOf(request).message = messageFacts(
      message.json,
      (name) => catalogue.findTool(name, caller) !== undefined,
    );
  }
  const isTooMuch =
    (await refuseBeyondRequestLimits(principal, env, requestId, isStart)) ??
    (message && (await refuseBeyondCallLimits(message.json, principal, env, requestId)));
  if (message === undefined || isTooMuch !== undefined) return isTooMuch;
  return refuseBeyondScopes(
    catalogue,
    message.json,
    caller,
    ctx.auth,
    (missing) =>
      auditFor(env).record({
        kind: "step_up",
        missingScopes: [...missing],
        scopes: principal.scopes,
        ...callerIds(principal, { requestId }),
      }),
    takesChallenges,
  );
}

/** 202. McpAgent labels its body "Accepted" as an event stream, which it is not. */
function accepted({ status }: Response): Response {
  return answeredResponse(new Response(null, { status }));
}

function methodNotAllowed(allow: string): Response {
  const response = jsonRpcError(405, -32_000, "Method not allowed");
  response.headers.set("allow", `${allow}, OPTIONS`);
  return response;
}
