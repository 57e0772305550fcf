import type { JSONRPCMessage, RequestId } from "@modelcontextprotocol/sdk/types.js";
import type { CallReport } from "../../audit/call-report";
import { errorText } from "../../lib/error-text";
import { sessionNotFound } from "../message";
import type { AnswerForm } from "./answer-form";
import { CALL_REPORT_HEADER, encodeCallReport } from "./call-report-header";
import { eventText } from "./listening-streams";
import { primingEvent } from "./priming";
import { STREAM_HEADERS } from "./stream-headers";

/**
 * How long an answer may take and still come as JSON. A client that loses the connection meanwhile has
 * lost the answer, as with every POST; a longer call is worth the rows that make it resumable.
 */
const DIRECT_FOR_MS = 3_000;

/** Where the events of a stream wait for a client that resumes it. */
export type StreamLog = {
  /** From now on the stream can be resumed. */
  begin(streamId: string): Promise<void>;
  /** Also sends it to a client that has resumed the stream with GET. @returns the event's id. */
  store(streamId: string, message: JSONRPCMessage): Promise<string>;
  /** The answer was sent, or at least stored. */
  end(streamId: string): Promise<void>;
  /** There will be no answer: ends the stream for a client that has resumed it, and keeps nothing of it. */
  cancel(streamId: string): Promise<void>;
};

/** A report of a call, and how to record it here if no answer carries it to the Worker. */
type HeldReport = { readonly report: CallReport; readonly record: () => void };

/**
 * One request of a client, and how it is answered. If the answer is the only message, it goes out as JSON
 * and nothing is written. Any earlier message, or a wait of {@link DIRECT_FOR_MS}, makes it a resumable
 * event stream (MCP, transports: a server may answer with either).
 */
export class PendingRequest {
  readonly streamId: string;
  readonly requestId: RequestId;
  readonly #version: string | null;
  readonly #form: AnswerForm;
  readonly #log: StreamLog;
  readonly #response = Promise.withResolvers<Response>();
  readonly #timer: ReturnType<typeof setTimeout> | undefined;
  #phase: "undecided" | "stream" | "over" = "undecided";
  #client: ReadableStreamDefaultController<Uint8Array> | undefined;
  #held: HeldReport[] = [];
  #sending: Promise<void> = Promise.resolve();

  /**
   * @param version the request's MCP-Protocol-Version.
   * @param form that its client accepts for the answer.
   */
  constructor(
    streamId: string,
    requestId: RequestId,
    { version, form }: { version: string | null; form: AnswerForm },
    log: StreamLog,
  ) {
    this.streamId = streamId;
    this.requestId = requestId;
    this.#version = version;
    this.#form = form;
    this.#log = log;
    if (form === "json") return;
    this.#timer = setTimeout(() => {
      this.#inTurn(() => this.#becomeStream()).catch((error) => {
        console.error({ event: "stream_not_begun", error: errorText(error) });
      });
    }, DIRECT_FOR_MS);
  }

  /** The answer to the POST, once its form is decided. Never rejects. */
  get response(): Promise<Response> {
    return this.#response.promise;
  }

  /** Whether the POST's own connection receives what is sent. */
  get isOpen(): boolean {
    return this.#client !== undefined;
  }

  /** Whether nothing more is sent. */
  get isOver(): boolean {
    return this.#phase === "over";
  }

  /** Whether the report goes to the Worker with the answer; otherwise it must be recorded here. */
  hold(held: HeldReport): boolean {
    if (this.#phase !== "undecided") return false;
    this.#held.push(held);
    return true;
  }

  /** @param isAnswer whether it is the last message. */
  send(message: JSONRPCMessage, isAnswer: boolean): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#phase === "over") return;
      if (isAnswer && this.#phase === "undecided") return this.#answer(message);
      // Only the answer reaches a client that accepts no stream.
      if (this.#form === "json") return;
      await this.#becomeStream();
      const id = await this.#log.store(this.streamId, message);
      this.#emit(eventText(id, message));
      if (!isAnswer) return;
      this.#phase = "over";
      await this.#log.end(this.streamId);
      this.drop();
    });
  }

  /** The POST's client has disconnected, or continues elsewhere. */
  drop(): void {
    const client = this.#client;
    this.#client = undefined;
    client?.close();
  }

  /**
   * The client has cancelled the request, so it gets no answer any more (MCP, cancellation). Its stream ends,
   * wherever it is received; a client that tries to resume it learns that nothing more comes (session-lane.ts).
   */
  cancel(): void {
    const wasStream = this.#phase === "stream";
    if (this.#phase === "undecided") this.#decide(this.#nothing());
    this.#phase = "over";
    this.drop();
    if (!wasStream) return;
    this.#inTurn(() => this.#log.cancel(this.streamId)).catch((error) => {
      console.error({ event: "stream_not_ended", error: errorText(error) });
    });
  }

  /** A client that accepts no stream gets 202: there is nothing to say. */
  #nothing(): Response {
    return this.#form === "json"
      ? new Response(null, { status: 202 })
      : new Response(null, { headers: STREAM_HEADERS });
  }

  /** The session has ended. */
  end(): void {
    if (this.#phase === "undecided") this.#decide(sessionNotFound());
    this.#phase = "over";
    this.drop();
  }

  #answer(message: JSONRPCMessage): void {
    const headers = new Headers({ "content-type": "application/json" });
    for (const { report } of this.#held) headers.set(CALL_REPORT_HEADER, encodeCallReport(report));
    this.#held = [];
    if (this.#form !== "stream") {
      this.#decide(Response.json(message, { headers }));
      return;
    }
    for (const [name, value] of Object.entries(STREAM_HEADERS)) headers.set(name, value);
    const event = `event: message\ndata: ${JSON.stringify(message)}\n\n`;
    this.#decide(new Response(event, { headers }));
  }

  /** The Response is final: reports that it does not carry are recorded here. */
  #decide(response: Response, phase: "stream" | "over" = "over"): void {
    clearTimeout(this.#timer);
    this.#phase = phase;
    for (const { record } of this.#held.splice(0)) record();
    this.#response.resolve(response);
  }

  async #becomeStream(): Promise<void> {
    if (this.#phase !== "undecided") return;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#client = controller;
      },
      cancel: () => {
        this.#client = undefined;
      },
    });
    this.#decide(new Response(body, { headers: STREAM_HEADERS }), "stream");
    await this.#log.begin(this.streamId);
    const priming = primingEvent(this.streamId, this.#version);
    if (priming !== undefined) this.#emit(priming);
  }

  #emit(event: string): void {
    this.#client?.enqueue(new TextEncoder().encode(event));
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#sending.then(work);
    this.#sending = turn.catch(() => undefined);
    return turn;
  }
}
