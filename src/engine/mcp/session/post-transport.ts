import type {
  Transport,
  TransportSendOptions,
} from "@modelcontextprotocol/sdk/shared/transport.js";
import {
  CancelledNotificationSchema,
  ErrorCode,
  isJSONRPCErrorResponse,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  type JSONRPCMessage,
  type MessageExtraInfo,
  type RequestId,
} from "@modelcontextprotocol/sdk/types.js";
import { wrongParams } from "../params-check";
import { withAnswerer } from "./answerer";
import type { PendingRequest } from "./pending-request";

/**
 * A request without its task metadata: a server that declares no tasks must ignore it (MCP 2025-11-25, tasks),
 * but the SDK refuses it.
 */
function withoutTask(message: JSONRPCMessage): JSONRPCMessage {
  if (!isJSONRPCRequest(message) || message.params?.task === undefined) return message;
  const { task: _, ...params } = message.params;
  return { ...message, params };
}

/** The pending requests of a session that came as a POST of one message each. */
export class PendingRequests {
  readonly #byStream = new Map<RequestId, PendingRequest>();

  add(request: PendingRequest): void {
    this.#byStream.set(request.streamId, request);
  }

  find(streamId: RequestId | undefined): PendingRequest | undefined {
    return streamId === undefined ? undefined : this.#byStream.get(streamId);
  }

  /** The streams of requests with this id: of several at once, when a client uses an id more than once. */
  streamsOf(requestId: RequestId): string[] {
    const pending = [...this.#byStream.values()];
    return pending
      .filter((request) => request.requestId === requestId)
      .map((request) => request.streamId);
  }

  /** Forgets one that has ended after its client disconnected. */
  settle(request: PendingRequest): void {
    if (request.isOver && !request.isOpen) this.#byStream.delete(request.streamId);
  }

  endAll(): void {
    for (const request of this.#byStream.values()) request.end();
    this.#byStream.clear();
  }
}

/** Sends what the server says of its own accord. @param inner McpAgent's transport, where it was started. */
export type Speak = (message: JSONRPCMessage, inner: Transport | undefined) => Promise<void>;

/**
 * McpAgent's transport, and beside it the path of messages that came as one POST each. Inside, such a
 * request has its stream's id in place of its own: two at once with the same id do not get each other's
 * answer, and a client cannot name another client's request.
 */
export class PostTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: <T extends JSONRPCMessage>(message: T, extra?: MessageExtraInfo) => void;
  readonly #pending: PendingRequests;
  readonly #speak: Speak;
  #inner: Transport | undefined;

  /** @param speak sends messages that belong to no request. */
  constructor(pending: PendingRequests, speak: Speak) {
    this.#pending = pending;
    this.#speak = speak;
  }

  async start(): Promise<void> {}

  /** From now on McpAgent's transport handles the requests that came through it. */
  async attach(inner: Transport): Promise<void> {
    this.#inner = inner;
    inner.onclose = () => this.#closed();
    inner.onerror = (error) => this.onerror?.(error);
    inner.onmessage = (message, extra) => this.receive(message, extra);
    await inner.start();
  }

  async send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    const isAnswer = isJSONRPCResultResponse(message) || isJSONRPCErrorResponse(message);
    const request = this.#pending.find(isAnswer ? message.id : options?.relatedRequestId);
    if (request === undefined) {
      if (!isAnswer && options?.relatedRequestId === undefined) {
        return this.#speak(message, this.#inner);
      }
      // Without it, this is for nobody: the answer to the `initialize` that was replayed after a restart, or
      // what a tool sends after its call has ended.
      return this.#inner?.send(message, options);
    }
    const { requestId } = request;
    await request.send(isAnswer ? { ...message, id: requestId } : message, isAnswer);
    this.#pending.settle(request);
  }

  async close(): Promise<void> {
    if (this.#inner === undefined) this.#closed();
    else await this.#inner.close();
  }

  /** Begins a request, and sends its answer to the client that waits for it. */
  begin(message: JSONRPCMessage, extra: MessageExtraInfo, request: PendingRequest): void {
    this.#pending.add(request);
    this.#hand({ ...message, id: request.streamId }, extra);
  }

  /** Every incoming message passes here on its way to the server. */
  #hand(message: JSONRPCMessage, extra?: MessageExtraInfo): void {
    const request = isJSONRPCRequest(message) ? message : undefined;
    const wrong = request && wrongParams(request);
    if (request !== undefined && wrong !== undefined) {
      const error = { code: ErrorCode.InvalidParams, message: wrong };
      this.send({ jsonrpc: "2.0", id: request.id, error }).catch((failure) =>
        this.onerror?.(failure),
      );
      return;
    }
    this.onmessage?.(withoutTask(withAnswerer(message, extra)), extra);
  }

  /** Accepts any other message. */
  receive(message: JSONRPCMessage, extra?: MessageExtraInfo): void {
    const { data } = CancelledNotificationSchema.safeParse(message);
    const cancelled = data?.params.requestId;
    const streams = cancelled === undefined ? [] : this.#pending.streamsOf(cancelled);
    if (streams.length === 0) {
      this.#hand(message, extra);
      return;
    }
    for (const requestId of streams) {
      const params = { requestId };
      this.onmessage?.({ jsonrpc: "2.0", method: "notifications/cancelled", params }, extra);
      const request = this.#pending.find(requestId);
      request?.cancel();
      if (request !== undefined) this.#pending.settle(request);
    }
  }

  #closed(): void {
    this.#pending.endAll();
    this.onclose?.();
  }
}
