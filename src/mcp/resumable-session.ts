import type { EventStore } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import type { Connection } from "agents";
import * as z from "zod";
import { MissedEventStore } from "./missed-events";
import { SessionLifetime } from "./session-lifetime";

/** What McpAgent keeps on a connection, as far as it is used here. */
const connectionSchema = z.object({ streamId: z.string() });

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
