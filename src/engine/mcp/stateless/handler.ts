import {
  type AuthInfo,
  CLIENT_CAPABILITIES_META_KEY,
  createRequestStateCodec,
  type InboundClassificationOutcome,
  inputRequired,
  type McpServer,
  MissingRequiredClientCapabilityError,
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
  Server,
  type ServerContext,
} from "@modelcontextprotocol/server";
import * as z from "zod";
import { createMcpHandler } from "#mcp-libraries";
import type { CallJournal } from "../../audit/call-report";
import type { Authenticated } from "../../identity/authenticated";
import { derivedBytes } from "../../lib/derived-key";
import { requestIdOf } from "../../lib/request-id";
import type { Services } from "../../services";
import type { ToolContext } from "../../tools/define-tool";
import { ConnectionRequired } from "../../upstream/connection-required";
import { serverInfo, serverOptions } from "../capabilities";
import * as operations from "../operations";
import { CANNOT_ASK, QuestionPending } from "../question";
import { recordCall } from "../record-call";
import { ACCOUNT_HEADER } from "../session/forward";
import { callerOf, toolContext } from "../tool-context";
import { connectionsAwaited } from "./connections-awaited";
import { plainAnswers } from "./fast-path-answers";
import { connectKey, type Round, roundOf } from "./question-round";

/** Serves requests after their origin, token and scopes were checked. */
export type StatelessLane = (
  services: Services,
  env: Env,
) => (
  request: Request,
  body: unknown,
  caller: Authenticated,
  outcome: InboundClassificationOutcome,
) => Promise<Response>;

/** MCP 2026-07-28: every request stands for itself, with its own token and without a session. */
export const statelessLane: StatelessLane = (services, env) => {
  const answerAnything = sdkLane(services, env);
  const answerPlainly = plainAnswers(services, env);
  return async (request, body, caller, outcome) =>
    (await answerPlainly(request, caller, outcome)) ??
    answerAnything(request, body, caller, outcome);
};

/** The same, always through the SDK. */
export const sdkLane: StatelessLane = (services, env) =>
  statelessLaneOf((caller) => createServer(services, env, caller));

/** @param serverFor makes the SDK v2 server for one request. */
export function statelessLaneOf(
  serverFor: (authenticated: Authenticated) => Server | McpServer,
): ReturnType<StatelessLane> {
  const handler = createMcpHandler(
    ({ authInfo }) => serverFor(callerIn(authInfo)),
    // Origins and CORS are checked in front, for both eras alike (gatehouse.ts).
    { route: "/mcp", legacy: "reject", allowedOriginHostnames: "*", corsOptions: false },
  );
  return (request, parsedBody, authenticated) =>
    handler.fetch(request, { authInfo: authInfoOf(authenticated), parsedBody });
}

/** The SDK's form of a caller. The token itself stays outside: nothing here may pass it on. */
function authInfoOf(authenticated: Authenticated): AuthInfo {
  const { clientId, scopes, expiresAtSeconds } = authenticated.principal;
  const caller = new SdkCaller(authenticated);
  return { token: "", clientId, scopes, expiresAt: expiresAtSeconds, extra: { caller } };
}

/** A caller on its way through the SDK, which does not know its type. */
class SdkCaller {
  readonly authenticated: Authenticated;

  constructor(authenticated: Authenticated) {
    this.authenticated = authenticated;
  }
}

function callerIn(authInfo: AuthInfo | undefined): Authenticated {
  const caller = authInfo?.extra?.caller;
  if (!(caller instanceof SdkCaller)) throw new TypeError("Nobody was verified");
  return caller.authenticated;
}

function createServer(services: Services, env: Env, authenticated: Authenticated): Server {
  const { config, catalogue } = services;
  const { principal, credential } = authenticated;
  const caller = callerOf(config, principal);
  const codec = createRequestStateCodec({
    key: derivedBytes(config.sessionSecret, "gatehouse request state"),
    bind: () => JSON.stringify([principal.userId, principal.clientId]),
  });
  const server = new Server(serverInfo(config.serverName), {
    ...serverOptions(catalogue),
    requestState: { verify: codec.verify },
  });
  const contextOf = (ctx: ServerContext, round?: Round): ToolContext<Env> =>
    toolContext(services, env, caller, {
      credential: async () => credential,
      clientAccount: ctx.http?.req?.headers.get(ACCOUNT_HEADER) ?? undefined,
      requestId: requestIdIn(ctx),
      signal: ctx.mcpReq.signal,
      report: reportThrough(ctx),
      ask: round?.ask ?? askNothing,
    });

  /** @returns undefined when the client opens no addresses, or its person did not want to. */
  async function connectionAsked(
    { api, request, url }: ConnectionRequired,
    round: Round,
    ctx: ServerContext,
  ) {
    const refused = ["decline", "cancel"].includes(round.connecting(api) ?? "");
    if (refused || elicitationOf(ctx)?.url === undefined) return undefined;
    return inputRequired({
      inputRequests: { [connectKey(api)]: inputRequired.elicitUrl({ message: request, url }) },
      requestState: await codec.mint(round.state(), ctx),
    });
  }

  const journalOf = (ctx: ServerContext): CallJournal => ({
    argumentsHash: services.argumentsHash,
    logStacks: config.logStacks,
    report(report) {
      // The handler got the client's own request.
      const request = ctx.http?.req;
      if (request === undefined) throw new TypeError("A call came without its request");
      recordCall(env, request, principal, report, { era: "stateless" });
    },
  });

  server.setRequestHandler("tools/list", () => ({
    tools: operations.listTools(catalogue, caller),
  }));
  server.setRequestHandler("tools/call", async ({ params }, ctx) => {
    const { name, arguments: args = {} } = params;
    const round = await roundOf(ctx, { name, args });
    try {
      await connectionsAwaited(services, env, principal, round);
      const context = contextOf(ctx, round);
      return await operations.callTool(catalogue, name, args, context, journalOf(ctx));
    } catch (error) {
      if (error instanceof ConnectionRequired) {
        return (
          (await connectionAsked(error, round, ctx)) ??
          operations.toolFailure(error.message, error.code)
        );
      }
      if (!(error instanceof QuestionPending)) throw asProtocolError(error);
      if (!takesForms(ctx)) {
        const requiredCapabilities = { elicitation: { form: {} } };
        throw new MissingRequiredClientCapabilityError({ requiredCapabilities }, CANNOT_ASK);
      }
      const { message, answers } = error.question;
      return inputRequired({
        inputRequests: {
          [round.nextKey()]: inputRequired.elicit({ message, requestedSchema: answers }),
        },
        requestState: await codec.mint(round.state(), ctx),
      });
    }
  });
  server.setRequestHandler("resources/list", ({ params }, ctx) =>
    operations.listResources(catalogue, params?.cursor, contextOf(ctx)).catch((error) => {
      throw asProtocolError(error);
    }),
  );
  server.setRequestHandler("resources/templates/list", () => ({
    resourceTemplates: operations.listResourceTemplates(catalogue, caller),
  }));
  server.setRequestHandler("resources/read", async ({ params }, ctx) => {
    const round = await roundOf(ctx, { name: "resources/read", args: params.uri });
    try {
      await connectionsAwaited(services, env, principal, round);
      return await operations.readResource(catalogue, params.uri, contextOf(ctx));
    } catch (error) {
      if (error instanceof ConnectionRequired) {
        const asked = await connectionAsked(error, round, ctx);
        if (asked !== undefined) return asked;
        throw asProtocolError(error);
      }
      if (error instanceof operations.NotFoundError) throw new ResourceNotFoundError(params.uri);
      throw error;
    }
  });
  server.setRequestHandler("prompts/list", () => ({
    prompts: operations.listPrompts(catalogue, caller),
  }));
  server.setRequestHandler("prompts/get", ({ params }) => {
    try {
      return operations.getPrompt(catalogue, params.name, params.arguments ?? {});
    } catch (error) {
      throw asProtocolError(error);
    }
  });
  return server;
}

function requestIdIn({ http }: ServerContext): string | undefined {
  return http?.req && requestIdOf(http.req);
}

const capabilitiesSchema = z.object({
  [CLIENT_CAPABILITIES_META_KEY]: z.object({
    elicitation: z.object({ form: z.object({}).optional(), url: z.object({}).optional() }),
  }),
});

function elicitationOf(ctx: ServerContext) {
  return capabilitiesSchema.safeParse(ctx.mcpReq.envelope).data?.[CLIENT_CAPABILITIES_META_KEY]
    .elicitation;
}

/** Checked as the SDK does, which would name its own key of the question. */
function takesForms(ctx: ServerContext): boolean {
  const elicitation = elicitationOf(ctx);
  return (
    elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined)
  );
}

function asProtocolError(error: unknown): unknown {
  // The person reads where they connect it.
  if (error instanceof ConnectionRequired) {
    return new ProtocolError(ProtocolErrorCode.InternalError, error.message);
  }
  if (!(error instanceof operations.NotFoundError)) return error;
  return new ProtocolError(ProtocolErrorCode.InvalidParams, error.message);
}

const progressTokenSchema = z.union([z.string(), z.number()]).optional().catch(undefined);

function reportThrough(ctx: ServerContext): ToolContext["report"] {
  return async (progress) => {
    const progressToken = progressTokenSchema.parse(ctx.mcpReq._meta?.progressToken);
    if (progressToken === undefined) return;
    await ctx.mcpReq.notify({
      method: "notifications/progress",
      params: { progressToken, ...progress },
    });
  };
}

/** Only a tool call can be answered with a question here. */
const askNothing: ToolContext["ask"] = () => {
  throw new TypeError("Only tools can ask the person something");
};
