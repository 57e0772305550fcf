import {
  isJSONRPCRequest,
  JSONRPCMessageSchema,
  type MessageExtraInfo,
} from "@modelcontextprotocol/sdk/types.js";
import type { Principal } from "../identity/principal";
import type { CallReport } from "./call-report";
import { Exchange } from "./exchange";
import { ExchangeTransport } from "./exchange-transport";
import { jsonRpcError, sessionNotFound } from "./message";
import { decodePrincipal, PRINCIPAL_HEADER } from "./principal-header";
import { ResumableSession } from "./resumable-session";

/** Carries the id that the stream of an answer has, should there be one. */
export const STREAM_HEADER = "gatehouse-stream";

/**
 * A session that takes a POST of one message as it is. McpAgent's own way is three calls of the object, a
 * WebSocket, and rows for every message; it stays for `initialize`, for several messages in one POST, and for
 * the streams of GET.
 */
export abstract class DirectSession extends ResumableSession {
  override async fetch(request: Request): Promise<Response> {
    // McpAgent comes with GET only, to open a WebSocket.
    if (request.method !== "POST") return super.fetch(request);
    if (!this.isAlive) return sessionNotFound();
    await this.__unsafe_ensureInitialized();
    const { transport } = this.server;
    if (!(transport instanceof ExchangeTransport))
      throw new TypeError("The server is not connected");
    const headers = Object.fromEntries(request.headers);
    if (!this.#isOwner(decodePrincipal(headers[PRINCIPAL_HEADER]))) return sessionNotFound();
    const { data: message } = JSONRPCMessageSchema.safeParse(await request.json());
    // As McpAgent says it.
    if (message === undefined) {
      return jsonRpcError(400, -32_700, "Parse error: Invalid JSON-RPC message");
    }
    this.noteRequest();
    const extra: MessageExtraInfo = { requestInfo: { headers, url: new URL(request.url) } };
    if (!isJSONRPCRequest(message)) {
      transport.receive(message, extra);
      return new Response(null, { status: 202 });
    }
    const exchange = new Exchange(
      request.headers.get(STREAM_HEADER) ?? crypto.randomUUID(),
      message.id,
      request.headers.get("mcp-protocol-version"),
      this.streamLog,
    );
    transport.begin(message, extra, exchange);
    return exchange.response;
  }

  /**
   * Tells of a call: through the Worker where its answer goes there, and otherwise here.
   *
   * @param messageId of the request as the SDK's server knows it.
   */
  protected tell(messageId: string | number, report: CallReport, record: () => void): void {
    const isHeld = this.exchanges.find(messageId)?.hold({ report, record }) ?? false;
    if (!isHeld) record();
  }

  #isOwner({ userId, clientId }: Principal): boolean {
    return this.props?.userId === userId && this.props.clientId === clientId;
  }
}
