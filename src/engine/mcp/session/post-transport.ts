import type {
  Transport,
  TransportSendOptions,
} from "@modelcontextprotocol/sdk/shared/transport.js";
import {
  CancelledNotificationSchema,
  isJSONRPCErrorResponse,
  isJSONRPCResultResponse,
  type JSONRPCMessage,
  type MessageExtraInfo,
  type RequestId,
} from "@modelcontextprotocol/sdk/types.js";
import type { Exchange } from "./pending-request";

/** The requests of a session that are under way, and came as a POST of one message each. */
export class Exchanges {
  readonly #byStream = new Map<RequestId, Exchange>();

  add(exchange: Exchange): void {
    this.#byStream.set(exchange.streamId, exchange);
  }

  find(streamId: RequestId | undefined): Exchange | undefined {
    return streamId === undefined ? undefined : this.#byStream.get(streamId);
  }

  /** The streams of requests with this id: of several at once, when a client uses an id more than once. */
  streamsOf(requestId: RequestId): string[] {
    const exchanges = [...this.#byStream.values()];
    return exchanges.filter((exchange) => exchange.requestId === requestId).map((e) => e.streamId);
  }

  /** Forgets one that is over and whose client has gone. */
  settle(exchange: Exchange): void {
    if (exchange.isOver && !exchange.isOpen) this.#byStream.delete(exchange.streamId);
  }

  endAll(): void {
    for (const exchange of this.#byStream.values()) exchange.end();
    this.#byStream.clear();
  }
}

/**
 * McpAgent's transport, and beside it the way of messages that came as one POST each. Inside, such a
 * request has its stream's id in place of its own: two at once with the same id have not the same
 * answer, and a client cannot name another's.
 */
export class ExchangeTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: <T extends JSONRPCMessage>(message: T, extra?: MessageExtraInfo) => void;
  readonly #exchanges: Exchanges;
  readonly #startAgent: () => Promise<void>;
  #inner: Transport | undefined;

  /** @param startAgent makes McpAgent {@link attach} its transport. */
  constructor(exchanges: Exchanges, startAgent: () => Promise<void>) {
    this.#exchanges = exchanges;
    this.#startAgent = startAgent;
  }

  async start(): Promise<void> {}

  /** From now on McpAgent's transport takes what belongs to no exchange. */
  async attach(inner: Transport): Promise<void> {
    this.#inner = inner;
    inner.onclose = () => this.#closed();
    inner.onerror = (error) => this.onerror?.(error);
    inner.onmessage = (message, extra) => this.receive(message, extra);
    await inner.start();
  }

  async send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    const isAnswer = isJSONRPCResultResponse(message) || isJSONRPCErrorResponse(message);
    const exchange = this.#exchanges.find(isAnswer ? message.id : options?.relatedRequestId);
    if (exchange === undefined) {
      // Only the answer to the `initialize` that was said again after a restart is for nobody.
      if (this.#inner === undefined && isAnswer) return;
      if (this.#inner === undefined) await this.#startAgent();
      await this.#inner?.send(message, options);
      return;
    }
    const { requestId } = exchange;
    await exchange.send(isAnswer ? { ...message, id: requestId } : message, isAnswer);
    this.#exchanges.settle(exchange);
  }

  async close(): Promise<void> {
    if (this.#inner === undefined) this.#closed();
    else await this.#inner.close();
  }

  /** Begins a request whose answer goes to the exchange. */
  begin(message: JSONRPCMessage, extra: MessageExtraInfo, exchange: Exchange): void {
    this.#exchanges.add(exchange);
    this.onmessage?.({ ...message, id: exchange.streamId }, extra);
  }

  /** Takes any other message. */
  receive(message: JSONRPCMessage, extra?: MessageExtraInfo): void {
    const { data } = CancelledNotificationSchema.safeParse(message);
    const cancelled = data?.params.requestId;
    const streams = cancelled === undefined ? [] : this.#exchanges.streamsOf(cancelled);
    if (streams.length === 0) {
      this.onmessage?.(message, extra);
      return;
    }
    for (const requestId of streams) {
      const params = { requestId };
      this.onmessage?.({ jsonrpc: "2.0", method: "notifications/cancelled", params }, extra);
      const exchange = this.#exchanges.find(requestId);
      exchange?.cancel();
      if (exchange !== undefined) this.#exchanges.settle(exchange);
    }
  }

  #closed(): void {
    this.#exchanges.endAll();
    this.onclose?.();
  }
}
