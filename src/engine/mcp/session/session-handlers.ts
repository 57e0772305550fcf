import type { Server } from "@modelcontextprotocol/sdk/server/index.js";
import type { RequestHandlerExtra } from "@modelcontextprotocol/sdk/shared/protocol.js";
import {
  CallToolRequestSchema,
  ElicitRequestFormParamsSchema,
  ElicitResultSchema,
  ErrorCode,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  McpError,
  ReadResourceRequestSchema,
  type RequestId,
  type ServerNotification,
  type ServerRequest,
} from "@modelcontextprotocol/sdk/types.js";
import * as z from "zod";
import type { CallJournal } from "../../audit/call-report";
import type { Principal } from "../../identity/principal";
import type { UpstreamCredential } from "../../identity/upstream-credential";
import { type Ask, parseAnswer } from "../../tools/ask";
import type { Catalogue } from "../../tools/catalogue";
import {
  type Caller,
  missingScopesMessage,
  type ToolContext,
  ToolError,
} from "../../tools/define-tool";
import { missingScopes } from "../../tools/scopes";
import { ConnectionRequired } from "../../upstream/connection-required";
import { CREDENTIAL_HEADER } from "../credential-header";
import * as operations from "../operations";
import { CANNOT_ASK } from "../question";
import type { CallContext } from "../tool-context";
import { ANSWER_FORM_HEADER, parseAnswerForm } from "./answer-form";
import { answererScopes } from "./answerer";
import { ACCOUNT_HEADER, REQUEST_ID_HEADER } from "./forward";
import { decodePrincipal, PRINCIPAL_HEADER } from "./principal-header";

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;

/** What a session knows, but not the protocol: who is calling, and what tools may reach. */
export type Host = {
  readonly catalogue: Catalogue;
  callerOf(principal: Principal): Caller;
  openCredential(header: string): Promise<UpstreamCredential>;
  /** Runs a call with a signal that is also aborted when its grant is narrowed (running-calls.ts). */
  whileAllowed<Result>(
    principal: Principal,
    signal: AbortSignal,
    call: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result>;
  contextFor(caller: Caller, call: CallContext): ToolContext<Env>;
  /** Where the calls of one request are reported. */
  journalFor(caller: Caller, request: CallRequest): CallJournal;
};

/** What is known about the request that carries a call. */
export type CallRequest = {
  /** Of the message with the call, as the SDK's server knows it. */
  readonly messageId: RequestId;
  /** Of the HTTP request. */
  readonly requestId: string | undefined;
  readonly userAgent: string | undefined;
};

/** How long a person may think about a question before the call fails. */
const ASK_TIMEOUT_MS = 10 * 60 * 1_000;

/** MCP 2024-11-05 to 2025-11-25: serves the operations through the SDK v1 server of a session. */
export function serveOperations(server: Server, host: Host): void {
  const { catalogue } = host;
  // From the request that carries the message: a refreshed token counts at once.
  const callerOf = (extra: Extra) =>
    host.callerOf(decodePrincipal(headerOf(extra, PRINCIPAL_HEADER)));
  const credentialOf = (extra: Extra) => async () => {
    const header = headerOf(extra, CREDENTIAL_HEADER);
    return header === undefined ? undefined : host.openCredential(header);
  };
  /** @param scopesNeeded by the call, and so by the answers to its questions. */
  const contextOf = (extra: Extra, scopesNeeded: readonly string[] = []) =>
    host.contextFor(callerOf(extra), {
      credential: credentialOf(extra),
      requestId: headerOf(extra, REQUEST_ID_HEADER),
      clientAccount: headerOf(extra, ACCOUNT_HEADER),
      signal: extra.signal,
      ask: askThrough(server, extra, scopesNeeded),
      report: reportThrough(extra),
    });

  server.setRequestHandler(ListToolsRequestSchema, (_request, extra) => ({
    tools: operations.listTools(catalogue, callerOf(extra)),
  }));
  server.setRequestHandler(CallToolRequestSchema, ({ params }, request) =>
    withCode(ErrorCode.InvalidParams, () =>
      host.whileAllowed(callerOf(request).principal, request.signal, (signal) => {
        const extra = { ...request, signal };
        const { name, arguments: args = {} } = params;
        const tool = catalogue.findTool(name, callerOf(extra));
        const context = contextOf(extra, tool?.scopesNeeded(args));
        const journal = host.journalFor(context, {
          messageId: extra.requestId,
          requestId: headerOf(extra, REQUEST_ID_HEADER),
          userAgent: headerOf(extra, "user-agent"),
        });
        return operations
          .callTool(catalogue, name, args, context, journal)
          .catch((error: unknown) => connectionAsked(server, error));
      }),
    ),
  );
  server.setRequestHandler(ListResourcesRequestSchema, ({ params }, extra) =>
    withCode(ErrorCode.InvalidParams, () =>
      operations
        .listResources(catalogue, params?.cursor, contextOf(extra))
        .catch((error: unknown) => {
          throw connectionError(server, error);
        }),
    ),
  );
  server.setRequestHandler(ListResourceTemplatesRequestSchema, (_request, extra) => ({
    resourceTemplates: operations.listResourceTemplates(catalogue, callerOf(extra)),
  }));
  server.setRequestHandler(ReadResourceRequestSchema, ({ params }, extra) =>
    withCode(RESOURCE_NOT_FOUND, () =>
      operations.readResource(catalogue, params.uri, contextOf(extra)).catch((error: unknown) => {
        throw connectionError(server, error);
      }),
    ),
  );
  server.setRequestHandler(ListPromptsRequestSchema, (_request, extra) => ({
    prompts: operations.listPrompts(catalogue, callerOf(extra)),
  }));
  server.setRequestHandler(GetPromptRequestSchema, ({ params }) =>
    withCode(ErrorCode.InvalidParams, async () =>
      operations.getPrompt(catalogue, params.name, params.arguments ?? {}),
    ),
  );
}

/** A header of the request that carries the message. */
function headerOf({ requestInfo }: Extra, name: string): string | undefined {
  const value = requestInfo?.headers[name];
  return Array.isArray(value) ? undefined : value;
}

/** MCP 2025-11-25, resources, error handling. The later era has -32602 instead. */
const RESOURCE_NOT_FOUND = -32_002;

/** The SDK sends an error's numeric `code` and its message as they are; its McpError would add a prefix. */
async function withCode<Result>(code: number, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof operations.NotFoundError) {
      throw Object.assign(new Error(error.message), { code });
    }
    throw error;
  }
}

/**
 * What a client gets when the person has to connect a service first: the address as data where it opens such, else
 * as a failure of the tool (MCP 2025-11-25, URL mode elicitation).
 *
 * @throws any other error as it is.
 */
function connectionAsked(server: Server, error: unknown) {
  const asked = connectionError(server, error);
  if (asked instanceof ConnectionRequired) return operations.toolFailure(asked.message, asked.code);
  throw asked;
}

/** The same for what can only fail as a request: a client that opens no addresses gets a sentence with it. */
function connectionError(server: Server, error: unknown): unknown {
  if (!(error instanceof ConnectionRequired)) return error;
  if (server.getClientCapabilities()?.elicitation?.url === undefined) return error;
  const { request: message, url, elicitationId } = error;
  return Object.assign(new Error(message), {
    code: ErrorCode.UrlElicitationRequired,
    data: { elicitations: [{ mode: "url", elicitationId, url, message }] },
  });
}

/**
 * The question goes to the client on the stream of the call that asks (elicitation/create).
 *
 * @param scopesNeeded by the token that brings the answer.
 */
function askThrough(server: Server, extra: Extra, scopesNeeded: readonly string[]): Ask {
  return async (question) => {
    const form = parseAnswerForm(headerOf(extra, ANSWER_FORM_HEADER));
    if (form === "json" || !takesForms(server)) throw new ToolError(CANNOT_ASK);
    const { message, answers } = question;
    const requestedSchema = z.toJSONSchema(answers, { io: "input" });
    const params = ElicitRequestFormParamsSchema.parse({ mode: "form", message, requestedSchema });
    const answer = await extra
      .sendRequest({ method: "elicitation/create", params }, ElicitResultSchema, {
        timeout: ASK_TIMEOUT_MS,
        signal: extra.signal,
      })
      .catch((error: unknown) => {
        throw extra.signal.aborted ? error : unasked(error);
      });
    // The person may have narrowed the grant while the question waited.
    const missing = missingScopes(answererScopes(answer), scopesNeeded);
    if (missing.length > 0) throw new ToolError(missingScopesMessage(missing));
    return parseAnswer(question.answers, answer);
  };
}

/**
 * Whether the client has declared that it shows forms. `elicitation: {}` declares that as well; `url` alone does
 * not (MCP 2025-11-25, elicitation).
 */
function takesForms(server: Server): boolean {
  const elicitation = server.getClientCapabilities()?.elicitation;
  return (
    elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined)
  );
}

/** What the model reads when a question failed. It has none of the client's own words. */
function unasked(error: unknown): unknown {
  if (!(error instanceof McpError) || error.code === ErrorCode.ConnectionClosed) return error;
  return new ToolError(
    error.code === ErrorCode.RequestTimeout ? "Nobody answered the question in time." : CANNOT_ASK,
  );
}

function reportThrough(extra: Extra): ToolContext["report"] {
  return async (progress) => {
    const progressToken = extra._meta?.progressToken;
    if (progressToken === undefined) return;
    await extra.sendNotification({
      method: "notifications/progress",
      params: { progressToken, ...progress },
    });
  };
}
