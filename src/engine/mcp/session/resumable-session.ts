import type { EventStore } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";
import type { Connection } from "agents";
import { LISTENING_STREAM, streamOf, unansweredKey } from "./agents-internals";
import { eventText, ListeningStreams } from "./listening-streams";
import { MissedEventStore } from "./missed-events";
import type { StreamLog } from "./pending-request";
import { PendingRequests } from "./post-transport";
import { SessionLifetime } from "./session-lifetime";

/** Stream ids are ours, or McpAgent's; but a client that resumes one may send anything. */
const STREAM_ID = /^[\w-]{1,64}$/;

const MAX_CANCELLED = 64;

/** A session with streams that a client can resume where they broke off, without missing anything. */
export abstract class ResumableSession extends SessionLifetime {
  protected readonly listening = new ListeningStreams(this.ctx);
  readonly #events = new MissedEventStore(this.ctx.storage, {
    isOpen: (streamId) =>
      this.pending.find(streamId)?.isOpen === true ||
      this.listening.isOpen(streamId) ||
      this.#connectionsOf(streamId).length > 0,
    isUnanswered: async (streamId) =>
      streamId === LISTENING_STREAM ||
      [openStreamKey, unansweredKey].some(
        (keyOf) => this.ctx.storage.kv.get(keyOf(streamId)) !== undefined,
      ),
    deliver: (streamId, eventId, message) =>
      this.listening.send(streamId, eventText(eventId, message)),
    leave: (streamId) => this.#leave(streamId),
    close: (streamId) => {
      this.#leave(streamId);
      this.listening.close(streamId);
      for (const connection of this.#connectionsOf(streamId)) connection.close(1_000, "Answered");
    },
  });
  /** The pending requests of POSTs with one message. */
  protected readonly pending = new PendingRequests();
  protected readonly streamLog: StreamLog = {
    begin: async (streamId) => this.ctx.storage.kv.put(openStreamKey(streamId), true),
    store: (streamId, message) => this.#events.storeEvent(streamId, message),
    end: async (streamId) => {
      this.ctx.storage.kv.delete(openStreamKey(streamId));
      await this.#events.clearStream(streamId);
    },
    cancel: async (streamId) => {
      this.#cancelled.add(streamId);
      for (const oldest of [...this.#cancelled].slice(0, -MAX_CANCELLED))
        this.#cancelled.delete(oldest);
      this.ctx.storage.kv.delete(openStreamKey(streamId));
      await this.#events.discard(streamId);
    },
  };
  /**
   * Streams that ended without an answer, and that a client may try to resume a moment later. In memory: after a
   * restart such a client gets a new stream, like one that has missed nothing.
   */
  readonly #cancelled = new Set<string>();

  protected override getEventStore(): EventStore {
    return this.#events;
  }

  /**
   * Opens the stream of GET, or resumes any other stream after the last event that the client has received.
   * Not `async`: see SessionLifetime.
   *
   * @returns 101 with the socket that {@link ListeningStreams} has; 204 when nothing more will come on the stream.
   */
  protected listen(lastEventId: string | null): Promise<Response> {
    return this.#listenAfter(lastEventId ?? "");
  }

  async #listenAfter(lastEventId: string): Promise<Response> {
    const [named = ""] = lastEventId.split(":");
    // A client that reads 204 does not come back (HTML, server-sent events).
    if (this.#cancelled.has(named)) return new Response(null, { status: 204 });
    const resumed = STREAM_ID.test(named)
      ? await this.#events.getStreamIdForEventId(lastEventId)
      : undefined;
    const streamId = resumed ?? LISTENING_STREAM;
    const webSocket = this.listening.open(streamId);
    for (const connection of this.#connectionsOf(streamId)) connection.close(1_000, "Resumed");
    if (resumed !== undefined) {
      await this.#events.replayEventsAfter(lastEventId, {
        send: async (eventId, message) =>
          this.listening.send(streamId, eventText(eventId, message)),
      });
    }
    return new Response(null, { status: 101, webSocket });
  }

  /** Sends what the server says of its own accord. Not `async`: see SessionLifetime. */
  protected say(message: JSONRPCMessage): Promise<string> {
    return this.#events.storeEvent(LISTENING_STREAM, message);
  }

  protected override isOwnSocket(socket: WebSocket): boolean {
    return this.listening.has(socket);
  }

  /** The Worker calls this when a stream's client has disconnected. Not `async`: see SessionLifetime. */
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
    return [...this.getConnections()].filter((connection) => streamOf(connection) === streamId);
  }
}

/** The row that says that a stream of a POST has not been answered yet. */
function openStreamKey(streamId: string): string {
  return `openStream:${streamId}`;
}
