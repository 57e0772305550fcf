import {
  isInitializeRequest,
  isJSONRPCRequest,
  type JSONRPCMessage,
  JSONRPCMessageSchema,
  type MessageExtraInfo,
} from "@modelcontextprotocol/sdk/types.js";
import type { CallReport } from "../../audit/call-report";
import type { Principal } from "../../identity/principal";
import { notJsonRpc, sessionNotFound } from "../message";
import { ANSWER_FORM_HEADER, parseAnswerForm } from "./answer-form";
import { PendingRequest } from "./pending-request";
import { PostTransport } from "./post-transport";
import { decodePrincipal, PRINCIPAL_HEADER } from "./principal-header";
import { ResumableSession } from "./resumable-session";
import { startOf } from "./session-id";

/** Carries the id of the answer's stream, if there is one. */
export const STREAM_HEADER = "gatehouse-stream";

/**
 * A session that accepts a POST of one message as it is. McpAgent's own way takes three calls to the object, a
 * WebSocket, and rows for every message; it remains for several messages in one POST. Until then McpAgent is not
 * even started. The streams of GET are here too (listening-streams.ts).
 */
export abstract class DirectSession extends ResumableSession {
  readonly #transport = new PostTransport(this.pending, async (message, inner) => {
    if (this.getTransportType() === "sse") await inner?.send(message);
    else await this.say(message);
  });
  #isPrepared = false;

  /** Registers the server's handlers, once. Not `async`: see SessionLifetime. */
  protected abstract prepare(): void;

  /** McpAgent calls this, and then connects its transport: ours stays in front of it. */
  override init(): Promise<void> {
    this.#prepareOnce();
    const { server } = this;
    const connect = server.connect.bind(server);
    server.connect = async (inner) => {
      if (inner === this.#transport) return connect(inner);
      await this.#transport.attach(inner);
      if (server.transport === undefined) await connect(this.#transport);
    };
    return Promise.resolve();
  }

  /** McpAgent comes with GET, without our header, to open a WebSocket; all else is from session-lane.ts. */
  override async fetch(request: Request): Promise<Response> {
    const isDirect = request.headers.has(STREAM_HEADER);
    if (request.method === "GET" && !isDirect) return super.fetch(request);
    const headers = Object.fromEntries(request.headers);
    const principal = decodePrincipal(headers[PRINCIPAL_HEADER]);
    if (request.method === "GET") {
      if (!this.isOwner(principal)) return sessionNotFound();
      this.noteRequest();
      return this.listen(request.headers.get("last-event-id"));
    }
    if (request.method === "DELETE") {
      if (!this.isOwner(principal)) return sessionNotFound();
      await this._cf_terminateSession();
      return new Response(null, { status: 204 });
    }
    const { data: message } = JSONRPCMessageSchema.safeParse(await request.json());
    if (message === undefined) return notJsonRpc();
    // The Worker sends `initialize` only to a new object.
    if (this.owner === undefined && isJSONRPCRequest(message) && isInitializeRequest(message)) {
      await this.begin(startOf(principal), message);
    }
    if (!this.isOwner(principal)) return sessionNotFound();
    this.noteRequest();
    await this.#connect(message);
    const extra: MessageExtraInfo = { requestInfo: { headers, url: new URL(request.url) } };
    if (!isJSONRPCRequest(message)) {
      this.#transport.receive(message, extra);
      return new Response(null, { status: 202 });
    }
    const pendingRequest = new PendingRequest(
      request.headers.get(STREAM_HEADER) ?? crypto.randomUUID(),
      message.id,
      {
        version: request.headers.get("mcp-protocol-version"),
        form: parseAnswerForm(request.headers.get(ANSWER_FORM_HEADER)),
      },
      this.streamLog,
    );
    this.#transport.begin(message, extra, pendingRequest);
    return pendingRequest.response;
  }

  /**
   * Reports a call: through the Worker if the call's answer goes there, and otherwise here.
   *
   * @param messageId of the request as the SDK's server knows it.
   */
  protected tell(messageId: string | number, report: CallReport, record: () => void): void {
    const isHeld = this.pending.find(messageId)?.hold({ report, record }) ?? false;
    if (!isHeld) record();
  }

  /** Awaits nothing before the server knows its client, so that no other message comes first. */
  async #connect(message: JSONRPCMessage): Promise<void> {
    if (this.server.transport !== undefined) return;
    this.#prepareOnce();
    const connecting = this.server.connect(this.#transport);
    const { initializeRequest } = this;
    const isFirst = "method" in message && message.method === "initialize";
    if (initializeRequest !== undefined && !isFirst) this.#transport.onmessage?.(initializeRequest);
    await connecting;
  }

  #prepareOnce(): void {
    if (this.#isPrepared) return;
    this.#isPrepared = true;
    this.prepare();
  }

  /** Whether the session belongs to this person and client, and has not ended. */
  protected isOwner({ userId, clientId }: Principal): boolean {
    return this.owner?.userId === userId && this.owner.clientId === clientId;
  }
}
