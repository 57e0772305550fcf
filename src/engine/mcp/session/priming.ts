import type { Connection } from "agents";
import { idBeforeFirst, isForPost, sendEvent } from "./agents-internals";

/** Clients of earlier revisions would mistake the empty data for a broken message. */
const SINCE = "2025-11-25";

/** How long a client waits before it reconnects, unless it knows better. */
const RETRY_MS = 1_000;

/**
 * The first event of a stream that answers a POST. It is empty, but has an id: a client that loses the stream
 * before the first message can then ask for everything that it missed (MCP 2025-11-25, transports).
 *
 * @param version the request's MCP-Protocol-Version.
 * @returns undefined for a client that may not know such events.
 */
export function primingEvent(streamId: string, version: string | null): string | undefined {
  if (version === null || version < SINCE) return undefined;
  return `id: ${idBeforeFirst(streamId)}\nretry: ${RETRY_MS}\ndata: \n\n`;
}

/** @param request as McpAgent passes it to the session's object; only POSTs are changed. */
export function primeStream(connection: Connection, request: Request): void {
  if (!isForPost(request)) return;
  const event = primingEvent(connection.id, request.headers.get("mcp-protocol-version"));
  if (event !== undefined) sendEvent(connection, event);
}
