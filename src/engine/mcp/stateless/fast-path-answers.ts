import {
  type InboundClassificationOutcome,
  SERVER_INFO_META_KEY,
} from "@modelcontextprotocol/server";
import type { CallReport } from "../../audit/call-report";
import type { Authenticated } from "../../identity/authenticated";
import { requestIdOf } from "../../lib/request-id";
import type { Services } from "../../services";
import { ConnectionRequired } from "../../upstream/connection-required";
import { serverInfo } from "../capabilities";
import { callTool } from "../operations";
import { QuestionPending } from "../question";
import { recordCall } from "../record-call";
import { ACCOUNT_HEADER } from "../session/forward";
import { callerOf, toolContext } from "../tool-context";
import { plainCallIn } from "./fast-path";

const connectionRequired: ConnectionRequired["code"] = "connection_required";

/** @returns undefined for a request that the SDK has to answer; nothing of it has been reported. */
export type PlainAnswers = (
  request: Request,
  authenticated: Authenticated,
  outcome: InboundClassificationOutcome,
) => Promise<Response | undefined>;

/**
 * Answers plain calls (fast-path.ts) as the SDK would, without it. If a tool asks the person something, or needs
 * them to connect a service, the SDK runs it again from its start: until then, a tool changes nothing.
 */
export function plainAnswers(services: Services, env: Env): PlainAnswers {
  const { config, catalogue, argumentsHash } = services;
  const _meta = { [SERVER_INFO_META_KEY]: serverInfo(config.serverName) };

  return async (request, { principal, credential }, outcome) => {
    const call = plainCallIn(request, outcome);
    const caller = callerOf(config, principal);
    if (call === undefined || catalogue.findTool(call.name, caller) === undefined) return undefined;
    const requestId = requestIdOf(request);
    const { signal } = request;
    const context = toolContext(services, env, caller, {
      credential: async () => credential,
      clientAccount: request.headers.get(ACCOUNT_HEADER) ?? undefined,
      requestId,
      signal,
      report: async () => undefined,
      ask: async (question) => {
        throw new QuestionPending(question);
      },
    });
    const report = (ended: CallReport) => {
      if (ended.outcome === "asked" || ended.code === connectionRequired) return;
      recordCall(env, request, principal, ended, { era: "stateless" });
    };
    try {
      const journal = { argumentsHash, logStacks: config.logStacks, report };
      const result = await callTool(catalogue, call.name, call.args, context, journal);
      // Like the SDK: nobody reads it any more.
      if (signal.aborted) return new Response(null, { status: 499 });
      return Response.json({
        jsonrpc: "2.0",
        id: call.id,
        result: {
          ...result,
          resultType: "complete",
          _meta: "_meta" in result ? { ...result._meta, ..._meta } : _meta,
        },
      });
    } catch (error) {
      if (error instanceof QuestionPending || error instanceof ConnectionRequired) return undefined;
      throw error;
    }
  };
}
