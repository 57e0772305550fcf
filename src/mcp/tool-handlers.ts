import type { Server } from "@modelcontextprotocol/sdk/server/index.js";
import {
  CallToolRequestSchema,
  type CallToolResult,
  ErrorCode,
  ListToolsRequestSchema,
  type Tool as ToolDescription,
} from "@modelcontextprotocol/sdk/types.js";
import type { Principal } from "../identity/principal";
import { findTool, toolsFor } from "../tools/catalogue";
import type { Caller, Tool, ToolContext, ToolResult } from "../tools/define-tool";
import { decodePrincipal, PRINCIPAL_HEADER } from "./principal-header";

/** What a session knows and the protocol does not: who is calling, and what tools may reach. */
export type ToolHost = {
  callerOf(principal: Principal): Caller;
  contextFor(caller: Caller, signal: AbortSignal): ToolContext;
};

/** What the SDK hands to a handler besides the request, as far as it is used here. */
type Extra = {
  readonly signal: AbortSignal;
  readonly requestInfo?: { readonly headers: Record<string, string | string[] | undefined> };
};

/** Serves the catalogue's tools through the MCP SDK v1 server of a session. */
export function serveTools(server: Server, host: ToolHost): void {
  // Of the very request that carries the call: a refreshed token counts at once.
  const callerOf = (extra: Extra) =>
    host.callerOf(decodePrincipal(extra.requestInfo?.headers[PRINCIPAL_HEADER]));

  server.setRequestHandler(ListToolsRequestSchema, (_request, extra) => ({
    tools: toolsFor(callerOf(extra)).map(describe),
  }));

  server.setRequestHandler(CallToolRequestSchema, async (request, extra) => {
    const { name, arguments: args = {} } = request.params;
    const caller = callerOf(extra);
    const tool = findTool(name, caller);
    if (tool === undefined) throw new UnknownToolError(name);
    return callResult(await callSafely(tool, args, host.contextFor(caller, extra.signal)));
  });
}

/** The SDK sends `code` and `message` as they are; its own McpError would put a prefix before the message. */
class UnknownToolError extends Error {
  override readonly name = "UnknownToolError";
  readonly code = ErrorCode.InvalidParams;

  constructor(tool: string) {
    super(`Unknown tool: ${tool}`);
  }
}

/** Nothing of an unforeseen failure reaches the client but a reference, under which the log has it. */
async function callSafely(tool: Tool, args: unknown, context: ToolContext): Promise<ToolResult> {
  try {
    return await tool.call(args, context);
  } catch (error) {
    const reference = crypto.randomUUID();
    console.error({ event: "tool_failed", tool: tool.name, reference, error: String(error) });
    return { ok: false, message: `The tool failed unexpectedly. Reference: ${reference}` };
  }
}

function describe(tool: Tool): ToolDescription {
  const { name, title, description, annotations } = tool;
  return {
    name,
    title,
    description,
    annotations,
    inputSchema: tool.inputSchema(),
    outputSchema: tool.outputSchema(),
  };
}

/** The text repeats the structured content, for clients that do not read that (MCP, tools). */
function callResult(result: ToolResult): CallToolResult {
  if (!result.ok) return { content: [{ type: "text", text: result.message }], isError: true };
  return {
    content: [{ type: "text", text: JSON.stringify(result.output) }],
    structuredContent: result.output,
  };
}
