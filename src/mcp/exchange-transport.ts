import type { Server } from "@modelcontextprotocol/sdk/server/index.js";
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
import type { Exchange } from "./exchange";

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
  readonly #inner: Transport;
  readonly #exchanges: Exchanges;

  constructor(inner: Transport, exchanges: Exchanges) {
    this.#inner = inner;
    this.#exchanges = exchanges;
  }

  get sessionId(): string | undefined {
    return this.#inner.sessionId;
  }

  async start(): Promise<void> {
    this.#inner.onclose = () => {
      this.#exchanges.endAll();
      this.onclose?.();
    };
    this.#inner.onerror = (error) => this.onerror?.(error);
    this.#inner.onmessage = (message, extra) => this.receive(message, extra);
    await this.#inner.start();
  }

  async send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    const isAnswer = isJSONRPCResultResponse(message) || isJSONRPCErrorResponse(message);
    const exchange = this.#exchanges.find(isAnswer ? message.id : options?.relatedRequestId);
    if (exchange === undefined) return this.#inner.send(message, options);
    const { requestId } = exchange;
    await exchange.send(isAnswer ? { ...message, id: requestId } : message, isAnswer);
    this.#exchanges.settle(exchange);
  }

  close(): Promise<void> {
    return this.#inner.close();
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
}

/** The same server. McpAgent connects its own transport, which then stays behind that of the exchanges. */
export function answeringThrough(exchanges: Exchanges, server: Server): Server {
  const connect = server.connect.bind(server);
  server.connect = (transport) => connect(new ExchangeTransport(transport, exchanges));
  return server;
}
