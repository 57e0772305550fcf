import {
  type AuthInfo,
  createRequestStateCodec,
  inputRequired,
  type McpServer,
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
  Server,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { createMcpHandler } from "agents/mcp/server";
import * as z from "zod";
import type { Config } from "../config";
import { type Principal, principalSchema } from "../identity/principal";
import type { ToolContext } from "../tools/define-tool";
import { serverCapabilities, serverInfo } from "./capabilities";
import * as operations from "./operations";
import { QuestionPending } from "./question";
import { type Round, roundOf } from "./question-round";
import { callerOf, toolContext } from "./tool-context";

/** Serves requests whose origin, token and scopes were checked already. */
export type StatelessLane = (
  config: Config,
  env: Env,
) => (request: Request, body: unknown, principal: Principal) => Promise<Response>;

/** MCP 2026-07-28: every request stands for itself, with its own token and without a session. */
export const statelessLane: StatelessLane = (config, env) =>
  statelessLaneOf((principal) => createServer(config, env, principal));

/** @param serverFor makes the SDK v2 server for one request. */
export function statelessLaneOf(
  serverFor: (principal: Principal) => Server | McpServer,
): ReturnType<StatelessLane> {
  const handler = createMcpHandler(
    ({ authInfo }) => serverFor(principalOf(authInfo)),
    // Origins and CORS are judged in front, for both eras alike (gatehouse.ts).
    { route: "/mcp", legacy: "reject", allowedOriginHostnames: "*", corsOptions: false },
  );
  return (request, parsedBody, principal) =>
    handler.fetch(request, { authInfo: authInfoOf(principal), parsedBody });
}

/** The SDK's form of a principal. The token itself stays outside: nothing here may pass it on. */
function authInfoOf(principal: Principal): AuthInfo {
  const { clientId, scopes, expiresAtSeconds } = principal;
  return { token: "", clientId, scopes, expiresAt: expiresAtSeconds, extra: { principal } };
}

function principalOf(authInfo: AuthInfo | undefined): Principal {
  return principalSchema.parse(authInfo?.extra?.principal);
}

function createServer(config: Config, env: Env, principal: Principal): Server {
  const caller = callerOf(config, principal);
  const codec = createRequestStateCodec({
    key: config.sessionSecret,
    bind: () => JSON.stringify([principal.userId, principal.clientId]),
  });
  const server = new Server(serverInfo(config.serverName), {
    capabilities: serverCapabilities,
    requestState: { verify: codec.verify },
  });
  const contextOf = (ctx: ServerContext, round?: Round): ToolContext =>
    toolContext(env, caller, {
      signal: ctx.mcpReq.signal,
      report: reportThrough(ctx),
      ask: round?.ask ?? askNothing,
    });

  server.setRequestHandler("tools/list", () => ({ tools: operations.listTools(caller) }));
  server.setRequestHandler("tools/call", async ({ params }, ctx) => {
    const { name, arguments: args = {} } = params;
    const round = await roundOf(ctx, { name, args });
    try {
      return await operations.callTool(name, args, contextOf(ctx, round));
    } catch (error) {
      if (!(error instanceof QuestionPending)) throw asProtocolError(error);
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
    operations.listResources(params?.cursor, contextOf(ctx)).catch((error) => {
      throw asProtocolError(error);
    }),
  );
  server.setRequestHandler("resources/templates/list", () => ({
    resourceTemplates: operations.listResourceTemplates(caller),
  }));
  server.setRequestHandler("resources/read", async ({ params }, ctx) => {
    try {
      return await operations.readResource(params.uri, contextOf(ctx));
    } catch (error) {
      if (error instanceof operations.NotFoundError) throw new ResourceNotFoundError(params.uri);
      throw error;
    }
  });
  server.setRequestHandler("prompts/list", () => ({ prompts: operations.listPrompts(caller) }));
  server.setRequestHandler("prompts/get", ({ params }) => {
    try {
      return operations.getPrompt(params.name, params.arguments ?? {});
    } catch (error) {
      throw asProtocolError(error);
    }
  });
  return server;
}

function asProtocolError(error: unknown): unknown {
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
