import type { OAuthResourceContext } from "@cloudflare/workers-oauth-provider";
import { auditFor } from "../../audit/audit";
import type { Authenticated } from "../../identity/authenticated";
import type { Principal } from "../../identity/principal";
import { acceptanceOf } from "../../lib/media-types";
import { requestIdOf } from "../../lib/request-id";
import type { Services } from "../../services";
import { callerIds } from "../call-audit";
import { credentialSeal } from "../credential-header";
import {
  invalidParams,
  isInitialize,
  jsonRpcError,
  type Message,
  notJson,
  saysJson,
} from "../message";
import { wrongParams } from "../params-check";
import { callerOf } from "../tool-context";
import { agentNames, contextWithProps } from "./agents-internals";
import { type AnswerForm, answerFormOf } from "./answer-form";
import { STREAM_HEADER } from "./direct-session";
import { addressFor, reportingDrop } from "./dropped-stream";
import { answeredResponse, forwardedRequest } from "./forward";
import { gatheredAnswers } from "./gathered-answers";
import { jsonRefusal } from "./json-refusal";
import { keptAlive } from "./keep-alive";
import { listen } from "./listen";
import { lostCall } from "./lost-call";
import { markedId } from "./scope-challenges";
import { McpSession } from "./session";
import { admitSession } from "./session-grant";
import { type SessionIds, type SessionStart, startOf } from "./session-id";
import { goesDirectly, isBatchedInitialize, postToSession } from "./session-post";

/** The binding of the sessions' objects. */
export const BINDING = "MCP_SESSION";

/**
 * Serves requests of MCP 2024-11-05 to 2025-11-25 at /mcp, after their origin, token, session id and scopes
 * were checked.
 *
 * @param sessionId of the session that the request names.
 * @param message of a POST.
 */
export type SessionLane = (
  request: Request,
  env: Env,
  ctx: OAuthResourceContext<Authenticated>,
  sessionId: string | undefined,
  message: Message | undefined,
) => Promise<Response>;

/** One message goes to the session's object as it is, everything else through McpAgent. */
export function sessionLane(services: Services, ids: SessionIds): SessionLane {
  const seal = credentialSeal(services.config.sessionSecret);
  const sessions = McpSession.serve("/mcp", { binding: BINDING });
  return async (request, env, ctx, sessionId, message) => {
    const { principal } = ctx.props;
    const connectionId = crypto.randomUUID();
    const answerForm = answerFormOf(request.headers.get("accept"));
    const unfit = refusalByHeaders(request, answerForm);
    if (unfit !== undefined) return unfit;
    const change = {
      url: addressFor(request.url, connectionId),
      ...(message !== undefined && { body: message.text }),
      ...(answerForm !== undefined && { answerForm }),
    };
    if (!goesDirectly(request, message?.json, sessionId)) {
      if (sessionId === undefined && isBatchedInitialize(message?.json)) {
        return jsonRpcError(
          400,
          -32_600,
          "Invalid Request: initialize must not be part of a batch",
        );
      }
      if (isInitialize(message?.json)) {
        const wrong = wrongParams(message?.json) ?? "Invalid params";
        return invalidParams(message?.json, wrong, 400);
      }
      const sessionName = agentNames.streamableHttp(sessionId ?? "");
      const forwarded = await forwardedRequest(request, ctx.props, seal, {
        ...change,
        accept: "application/json, text/event-stream",
        ...(sessionId !== undefined && { sessionId }),
      });
      const answer = await sessions.fetch(forwarded, env, contextFor(undefined, ctx));
      if (!answer.ok) return answeredResponse(await jsonRefusal(answer));
      if (request.method === "POST" && answerForm === "json") {
        return answeredResponse(await gatheredAnswers(answer));
      }
      return answeredResponse(reportingDrop(answer, env, ctx, { sessionName, connectionId }));
    }

    const id = sessionId ?? markedId(env.MCP_SESSION.newUniqueId().toString(), message?.json);
    const object = agentNames.streamableHttp(id);
    const forwarded = await forwardedRequest(request, ctx.props, seal, change);
    forwarded.headers.set(STREAM_HEADER, connectionId);
    if (request.method === "GET") {
      return answeredResponse(await listen(env.MCP_SESSION.getByName(object), forwarded));
    }
    const to = { principal, sessionId: id, object };
    const startedAtMs = Date.now();
    const answer = await postToSession(request, forwarded, env, ctx, to, () =>
      lostCall(services, callerOf(services.config, principal), message?.json, startedAtMs),
    );
    const stream = reportingDrop(answer, env, ctx, { sessionName: object, connectionId });
    const response = keptAlive(stream);
    if (sessionId !== undefined || !answer.ok) return answeredResponse(response);

    // Not earlier: the grant could end in between, and close a session that has not begun yet.
    const refusal = await admitSession(env, principal, ctx.auth, object);
    if (refusal !== undefined) {
      await env.MCP_SESSION.getByName(object).closeForGrant();
      return refusal;
    }
    recordStart(request, env, principal, id, "streamable_http");
    return answeredResponse(response, await ids.sign(id, startOf(principal)));
  };
}

/** Refuses a POST that is not JSON, and requests with answers that the client would not accept. */
function refusalByHeaders(
  request: Request,
  answerForm: AnswerForm | undefined,
): Response | undefined {
  if (request.method === "POST") {
    if (!saysJson(request)) return notJson();
    if (answerForm === undefined) return notAcceptable("application/json, text/event-stream");
  }
  const isGet = request.method === "GET";
  const takesStream =
    acceptanceOf(request.headers.get("accept"), "text/event-stream") !== "refused";
  return isGet && !takesStream ? notAcceptable("text/event-stream") : undefined;
}

function notAcceptable(types: string): Response {
  return jsonRpcError(406, -32_000, `Not Acceptable: this is answered as ${types}`);
}

export function recordStart(
  request: Request,
  env: Env,
  principal: Principal,
  sessionId: string,
  transport: "streamable_http" | "sse",
): void {
  const ids = callerIds(principal, { requestId: requestIdOf(request), sessionId });
  auditFor(env).record({ kind: "session_started", transport, ...ids });
}

/** What McpAgent gets and stores: only the owner's ids, and only where a session may start (session-lifetime.ts). */
export function contextFor(
  owner: SessionStart | undefined,
  ctx: ExecutionContext,
): ExecutionContext {
  return contextWithProps(ctx, owner);
}
