import type { EventStore } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import type { Connection, ConnectionContext } from "agents";
import * as z from "zod";
import { MissedEventStore } from "./missed-events";
import { SessionLifetime } from "./session-lifetime";

/** What McpAgent keeps on a connection, as far as it is used here. */
const connectionSchema = z.object({ streamId: z.string() });

/** The first MCP version whose clients take an event without data (transports, resumability). */
const FIRST_WITH_PRIMING = "2025-11-25";

/** McpAgent's name for the stream of GET, on which the server speaks of its own accord. */
const LISTENING_STREAM = "_GET_stream";

/** A session whose streams a client can take up again where they broke off, without missing anything. */
export abstract class ResumableSession extends SessionLifetime {
  protected override getEventStore(): EventStore {
    return new MissedEventStore(this.ctx.storage, {
      isOpen: (streamId) => this.#connectionsOf(streamId).length > 0,
      isUnanswered: async (streamId) =>
        streamId === LISTENING_STREAM || (await this.getStreamRequestIds(streamId)) !== undefined,
      close: (streamId) => {
        for (const connection of this.#connectionsOf(streamId)) connection.close(1_000, "Answered");
      },
    });
  }

  override async onConnect(connection: Connection, context: ConnectionContext): Promise<void> {
    const { headers } = context.request;
    const version = headers.get("mcp-protocol-version") ?? "";
    if (headers.get("cf-mcp-method") === "POST" && version >= FIRST_WITH_PRIMING) prime(connection);
    await super.onConnect(connection, context);
  }

  /** The Worker calls this when a stream's client has gone. Not `async`: see SessionLifetime. */
  dropStream(connectionId: string): void {
    for (const connection of this.getConnections()) {
      if (connection.id === connectionId) connection.close(1_000, "Dropped");
    }
  }

  #connectionsOf(streamId: string): Connection[] {
    return [...this.getConnections()].filter(
      ({ state }) => connectionSchema.safeParse(state).data?.streamId === streamId,
    );
  }
}

/**
 * Gives the client an event id before anything happens on the stream of its POST: without one it
 * could not resume a stream that breaks before the first event, which most often is the answer.
 * Nothing needs to be stored: an event's id is its stream's id and a number that begins at one.
 */
function prime(connection: Connection): void {
  const event = `id: ${connection.id}:${"0".repeat(16)}\ndata: \n\n`;
  connection.send(JSON.stringify({ type: "cf_mcp_agent_event", event }));
}
