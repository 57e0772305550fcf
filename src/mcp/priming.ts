import type { Connection } from "agents";

/** Clients of earlier revisions would take the empty data for a broken message. */
const SINCE = "2025-11-25";

/** What a client waits before it comes back, unless it has a better idea. */
const RETRY_MS = 1_000;

/**
 * Begins the stream that answers a POST with an event that says nothing, but has an id: a client that
 * loses the stream before the first message can then ask for all that it missed (MCP 2025-11-25,
 * transports). McpAgent gives its ids the form of stream and number, and counts from 1.
 *
 * @param request as McpAgent hands it to the session's object; others than POSTs are left alone.
 */
export function primeStream(connection: Connection, request: Request): void {
  const version = request.headers.get("mcp-protocol-version");
  if (request.headers.get("cf-mcp-method") !== "POST" || version === null || version < SINCE)
    return;
  const id = `${connection.id}:${"0".repeat(16)}`;
  const event = `id: ${id}\nretry: ${RETRY_MS}\ndata: \n\n`;
  connection.send(JSON.stringify({ type: "cf_mcp_agent_event", event }));
}
