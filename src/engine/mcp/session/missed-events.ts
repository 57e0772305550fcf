import type { EventStore } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";
import { DurableObjectEventStore } from "#mcp-libraries";
import { readRow } from "../../lib/stored-rows";
import { sessionRowSchemas } from "./session-row-schemas";

/** The streams of a session, as far as this store must know them. */
export type SessionStreams = {
  /** Whether somebody is receiving the stream now. */
  isOpen(streamId: string): boolean;
  /** Whether more will be sent on the stream: always for GET, until the answer for POST. */
  isUnanswered(streamId: string): Promise<boolean>;
  /** Sends an event to the client that has resumed the stream, or listens to it, if there is one. */
  deliver(streamId: string, eventId: string, message: JSONRPCMessage): void;
  /** The current receiver of the stream gets no more of it. */
  leave(streamId: string): void;
  close(streamId: string): void;
};

const MISSED_KEY = "missedAnswers";

/**
 * The maximum of unfetched answers: a client that drops its streams and never resumes them must not fill the
 * storage of its session.
 */
const MAX_MISSED = 16;

/**
 * The events of streams, kept while a stream may be resumed with `Last-Event-ID`. McpAgent's own store
 * forgets a stream of POST with its answer, even when the stream had dropped and nobody got it. Here
 * such an answer waits until the client has resumed the stream, and acknowledged it by continuing after
 * it; or until the session ends.
 */
export class MissedEventStore implements EventStore {
  readonly #storage: DurableObjectStorage;
  readonly #streams: SessionStreams;
  readonly #events: DurableObjectEventStore;

  constructor(storage: DurableObjectStorage, streams: SessionStreams) {
    this.#storage = storage;
    this.#streams = streams;
    this.#events = new DurableObjectEventStore(storage);
  }

  async storeEvent(streamId: string, message: JSONRPCMessage): Promise<string> {
    const eventId = await this.#events.storeEvent(streamId, message);
    this.#streams.deliver(streamId, eventId, message);
    return eventId;
  }

  /** Undefined if nothing was missed: then a new stream is opened. */
  async getStreamIdForEventId(eventId: string): Promise<string | undefined> {
    const streamId = await this.#events.getStreamIdForEventId(eventId);
    if (streamId === undefined || (await this.#streams.isUnanswered(streamId))) return streamId;
    let missed = 0;
    const count = async () => void missed++;
    await this.#events.replayEventsAfter(eventId, { send: count });
    if (missed > 0) return streamId;
    await this.#forget(streamId);
    return undefined;
  }

  async replayEventsAfter(
    lastEventId: string,
    target: Parameters<EventStore["replayEventsAfter"]>[1],
  ): Promise<string> {
    const resumed = await this.#events.getStreamIdForEventId(lastEventId);
    if (resumed !== undefined) this.#streams.leave(resumed);
    const streamId = await this.#events.replayEventsAfter(lastEventId, target);
    if (!(await this.#streams.isUnanswered(streamId))) this.#streams.close(streamId);
    return streamId;
  }

  /** McpAgent calls this after it has sent the answer to a POST; it is not part of the SDK's interface. */
  async clearStream(streamId: string): Promise<void> {
    if (this.#streams.isOpen(streamId)) {
      await this.#events.clearStream(streamId);
      // On a resumed stream McpAgent would leave the client waiting after the answer.
      this.#streams.close(streamId);
      return;
    }
    const missed = [...this.#missed(), streamId];
    for (const oldest of missed.slice(0, -MAX_MISSED)) await this.#events.clearStream(oldest);
    this.#storage.kv.put(MISSED_KEY, missed.slice(-MAX_MISSED));
  }

  /** Nobody will resume the stream: deletes its events, and ends it for its receiver. */
  async discard(streamId: string): Promise<void> {
    await this.#events.clearStream(streamId);
    this.#streams.close(streamId);
  }

  async #forget(streamId: string): Promise<void> {
    const missed = this.#missed();
    if (!missed.includes(streamId)) return;
    await this.#events.clearStream(streamId);
    this.#storage.kv.put(
      MISSED_KEY,
      missed.filter((id) => id !== streamId),
    );
  }

  #missed(): string[] {
    return readRow(this.#storage.kv, MISSED_KEY, sessionRowSchemas.missedAnswers) ?? [];
  }
}
