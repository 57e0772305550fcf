import type { Connection } from "agents";
import * as z from "zod";

// All that is known here of the inside of the Agents SDK, beside its documented interface: names, formats and
// members that it marks as internal. session-lifetime.ts has the overrides, which have to stand in the class. What
// test/worker/agents-contract.test.ts finds changed by an upgrade is to be changed here and there.

/** Rows of McpAgent: the owner, as `props`; and the client's `initialize`, to say it again after a restart. */
export const AGENT_KEYS = { owner: "props", initialize: "initializeRequest" } as const;

/** Of a POST whose answers McpAgent has not all sent: the row's value is the ids of its requests. */
export const unansweredKey = (streamId: string) => `__mcp_stream_reqs__:${streamId}`;

/** McpAgent's name for the stream of GET, in ids of events. */
export const LISTENING_STREAM = "_GET_stream";

/** As McpAgent names the objects of both transports; the session's id is what its requests name. */
export const agentNames = {
  streamableHttp: (sessionId: string) => `streamable-http:${sessionId}`,
  sse: (sessionId: string) => `sse:${sessionId}`,
} as const;

/** The parameter of an address by which the Worker chooses a connection's id. */
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

/** Has McpAgent's end in the Worker write an event to the client. */
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
