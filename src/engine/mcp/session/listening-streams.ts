import * as z from "zod";

/** The tag to find the sockets of a stream by. */
const TAG = "gatehouse-listening:";

/** Marks the sockets of this file among those of the Agents SDK, which ignores sockets that are not its own. */
const attachmentSchema = z.object({ listensTo: z.string() });

/** An event as it is sent (HTML, server-sent events). @param id lets a client resume after it. */
export function eventText(id: string, message: unknown): string {
  return `event: message\nid: ${id}\ndata: ${JSON.stringify(message)}\n\n`;
}

/**
 * The streams of GET, as a session's object has them: each is a WebSocket to the Worker that serves the client. The
 * object sleeps while nothing is said, and needs no table and no row for it; yet it can end the stream at once
 * when the session or its grant ends.
 */
export class ListeningStreams {
  readonly #ctx: DurableObjectState;

  constructor(ctx: DurableObjectState) {
    this.#ctx = ctx;
  }

  /** @returns the Worker's end. Earlier listeners to the same stream get no more of it. */
  open(streamId: string): WebSocket {
    this.close(streamId);
    const { 0: workers, 1: ours } = new WebSocketPair();
    this.#ctx.acceptWebSocket(ours, [TAG + streamId]);
    ours.serializeAttachment({ listensTo: streamId } satisfies z.infer<typeof attachmentSchema>);
    return workers;
  }

  isOpen(streamId: string): boolean {
    return this.#socketsOf(streamId).length > 0;
  }

  /** Does nothing when nobody listens. @param event see {@link eventText}. */
  send(streamId: string, event: string): void {
    for (const socket of this.#socketsOf(streamId)) socket.send(event);
  }

  close(streamId: string): void {
    for (const socket of this.#socketsOf(streamId)) socket.close(1_000);
  }

  /** Whether a socket of the object is one of these, even after it was closed. */
  has(socket: WebSocket): boolean {
    return attachmentSchema.safeParse(socket.deserializeAttachment()).success;
  }

  #socketsOf(streamId: string): WebSocket[] {
    return this.#ctx
      .getWebSockets(TAG + streamId)
      .filter(({ readyState }) => readyState === WebSocket.OPEN);
  }
}
