import type { Connection } from "agents";
import * as z from "zod";

// All that this server knows of the Agents SDK beyond its documented interface: names, formats and members that
// it marks as internal. session-lifetime.ts has the overrides, which have to be in the class. When
// test/worker/agents-contract.test.ts fails after an upgrade, change these two files.

/** Rows of McpAgent: the owner, as `props`; and the client's `initialize`, to replay it after a restart. */
export const AGENT_KEYS = { owner: "props", initialize: "initializeRequest" } as const;

/** The row of a POST that McpAgent has not fully answered: its value is the ids of the requests. */
export const unansweredKey = (streamId: string) => `__mcp_stream_reqs__:${streamId}`;

/** McpAgent's name for the stream of GET, in ids of events. */
export const LISTENING_STREAM = "_GET_stream";

/** McpAgent's object names for both transports; `sessionId` is the id in the requests. */
export const agentNames = {
  streamableHttp: (sessionId: string) => `streamable-http:${sessionId}`,
  sse: (sessionId: string) => `sse:${sessionId}`,
} as const;

/** The query parameter that sets a connection's id. */
export const CONNECTION_ID_PARAMETER = "_pk";

/** McpAgent's event ids are stream and number, and count from 1. @returns the id before the first. */
export const idBeforeFirst = (streamId: string) => `${streamId}:${"0".repeat(16)}`;

const connectionSchema = z.object({ streamId: z.string() });

/** The stream that McpAgent sends through a connection, which is in the connection's state. */
export function streamOf({ state }: Connection): string | undefined {
  return connectionSchema.safeParse(state).data?.streamId;
}

/** Whether McpAgent opens a connection to the object for a POST; its own requests are all GET. */
export function isForPost(request: Request): boolean {
  return request.headers.get("cf-mcp-method") === "POST";
}

/** Makes McpAgent's end in the Worker write an event to the client. */
export function sendEvent(connection: Connection, event: string): void {
  connection.send(JSON.stringify({ type: "cf_mcp_agent_event", event }));
}

/**
 * McpAgent writes the props of its context to the object's storage, unencrypted. The rest of the context is the
 * request's own.
 */
export function contextWithProps<Props>(ctx: ExecutionContext, props: Props): ExecutionContext {
  return Object.create(ctx, { props: { value: props } });
}
