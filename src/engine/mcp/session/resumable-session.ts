import type { EventStore } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import type { Connection } from "agents";
import * as z from "zod";
import { MissedEventStore } from "./missed-events";
import type { StreamLog } from "./pending-request";
import { PendingRequests } from "./post-transport";
import { SessionLifetime } from "./session-lifetime";

/** What McpAgent keeps on a connection, as far as it is used here. */
const connectionSchema = z.object({ streamId: z.string() });

/** McpAgent's name for the stream of GET, on which the server speaks of its own accord. */
const LISTENING_STREAM = "_GET_stream";

const MAX_CANCELLED = 64;

/** A session whose streams a client can take up again where they broke off, without missing anything. */
export abstract class ResumableSession extends SessionLifetime {
  readonly #events = new MissedEventStore(this.ctx.storage, {
    isOpen: (streamId) =>
      this.pending.find(streamId)?.isOpen === true || this.#connectionsOf(streamId).length > 0,
    isUnanswered: async (streamId) =>
      streamId === LISTENING_STREAM || (await this.getStreamRequestIds(streamId)) !== undefined,
    leave: (streamId) => this.#leave(streamId),
    close: (streamId) => {
      this.#leave(streamId);
      for (const connection of this.#connectionsOf(streamId)) connection.close(1_000, "Answered");
    },
  });
  /** The requests that are under way, of POSTs with one message. */
  protected readonly pending = new PendingRequests();
  protected readonly streamLog: StreamLog = {
    // Whoever resumes the stream comes by GET, to McpAgent.
    begin: async (streamId, requestId) => {
      await this.__unsafe_ensureInitialized();
      await this.setStreamRequestIds(streamId, [requestId]);
    },
    store: (streamId, message) => this.#events.storeEvent(streamId, message),
    resend: (streamId, event) => {
      const message = JSON.stringify({ type: "cf_mcp_agent_event", event });
      for (const connection of this.#connectionsOf(streamId)) connection.send(message);
    },
    end: async (streamId) => {
      await this.deleteStreamRequestIds(streamId);
      await this.#events.clearStream(streamId);
    },
    cancel: async (streamId) => {
      this.#cancelled.add(streamId);
      for (const oldest of [...this.#cancelled].slice(0, -MAX_CANCELLED))
        this.#cancelled.delete(oldest);
      await this.deleteStreamRequestIds(streamId);
      await this.#events.discard(streamId);
    },
  };
  /**
   * Streams that ended without an answer, and that a client may try to resume a moment later. In memory: after a
   * restart such a client gets a new stream, as one that has missed nothing.
   */
  readonly #cancelled = new Set<string>();

  protected override getEventStore(): EventStore {
    return this.#events;
  }

  /** Whether nothing more comes on the stream of this event. Not `async`: see SessionLifetime. */
  isCancelled(lastEventId: string): boolean {
    return this.#cancelled.has(lastEventId.split(":")[0] ?? "");
  }

  /** The Worker calls this when a stream's client has gone. Not `async`: see SessionLifetime. */
  dropStream(connectionId: string): void {
    this.#leave(connectionId);
    for (const connection of this.getConnections()) {
      if (connection.id === connectionId) connection.close(1_000, "Dropped");
    }
  }

  /** Sends nothing more to the client that made the POST. */
  #leave(streamId: string): void {
    const request = this.pending.find(streamId);
    if (request === undefined) return;
    request.drop();
    this.pending.settle(request);
  }

  #connectionsOf(streamId: string): Connection[] {
    return [...this.getConnections()].filter(
      ({ state }) => connectionSchema.safeParse(state).data?.streamId === streamId,
    );
  }
}
