import * as z from "zod";
import { type ErrorCode, GatehouseError } from "../lib/gatehouse-error";
import { mediaTypeOf } from "../lib/media-types";
import { readBytes } from "../lib/read-bytes";
import { isNestedTooDeeply } from "./nesting";

/** The largest message that a client may send, in bytes: McpAgent's limit. */
const MAX_MESSAGE_BYTES = 4 * 1_024 * 1_024;

/** Far more than a client sends at once, and few enough that one POST cannot produce thousands of answers. */
const MAX_BATCH_MESSAGES = 50;

/**
 * The total size of the ids in one body, in bytes of JSON: McpAgent keeps the ids of a batch on its
 * WebSocket, which has room for 16 KiB, and would never answer a batch with more.
 */
const MAX_ID_BYTES = 4_096;

/** Content codings that are decoded here (RFC 9110, section 8.4.1). */
const CODINGS: ReadonlyMap<string, "gzip" | "deflate"> = new Map([
  ["gzip", "gzip"],
  ["x-gzip", "gzip"],
  ["deflate", "deflate"],
]);

/** Thrown for a body that is not a message; has the HTTP status and the JSON-RPC error to answer with. */
export class MessageError extends GatehouseError {
  override readonly name = "MessageError";
  override readonly code: ErrorCode;

  readonly status: 400 | 413 | 415;
  /** Of the JSON-RPC error (JSON-RPC 2.0, section 5.1). */
  readonly rpcCode: number;

  constructor(status: 400 | 413 | 415, rpcCode: number, message: string) {
    super(message);
    this.code = status === 413 ? "message_too_large" : "message_invalid";
    this.status = status;
    this.rpcCode = rpcCode;
  }
}

/** A body that is JSON: as text, and parsed. */
export type Message = { readonly text: string; readonly json: unknown };

/**
 * Reads the JSON body of a request, compressed or not.
 *
 * @returns the body without `params: null` and `params: []`. JSON-RPC allows neither, but clients that mean
 *   "none" send them, and other servers accept them.
 * @throws MessageError 413 when it is larger than {@link MAX_MESSAGE_BYTES}, counted as it arrives and is
 *   decompressed (a header can lie); 415 for an unknown coding; 400 with -32700 when it is not JSON in UTF-8,
 *   and with -32600 when it has too many messages, or is nested too deeply.
 */
export async function readMessage(request: Request): Promise<Message> {
  const bytes = await readBody(request);
  if (bytes === undefined) {
    throw new MessageError(413, -32_000, `The body is larger than ${MAX_MESSAGE_BYTES} bytes`);
  }
  const message = parsed(bytes);
  if (isNestedTooDeeply(message.json)) {
    throw new MessageError(400, -32_600, "Invalid Request: the message is nested too deeply");
  }
  const messages = Array.isArray(message.json) ? message.json : [message.json];
  if (messages.length > MAX_BATCH_MESSAGES) {
    const text = `Invalid Request: send at most ${MAX_BATCH_MESSAGES} messages in one POST`;
    throw new MessageError(400, -32_600, text);
  }
  if (idBytes(messages) > MAX_ID_BYTES) {
    const text = `Invalid Request: the ids of one POST must have at most ${MAX_ID_BYTES} bytes`;
    throw new MessageError(400, -32_600, text);
  }
  return withoutEmptyParams(message);
}

async function readBody(request: Request): Promise<Uint8Array | undefined> {
  const coding = request.headers.get("content-encoding")?.trim().toLowerCase() || "identity";
  if (coding === "identity") return readBytes(request.body, MAX_MESSAGE_BYTES);
  const format = CODINGS.get(coding);
  if (format === undefined) {
    const text = "Unsupported Content-Encoding: send gzip, deflate, or the body as it is";
    throw new MessageError(415, -32_000, text);
  }
  if (request.body === null) return new Uint8Array();
  try {
    const plain = request.body.pipeThrough(new DecompressionStream(format));
    return await readBytes(plain, MAX_MESSAGE_BYTES);
  } catch {
    throw new MessageError(400, -32_700, `Parse error: the body is not ${format}`);
  }
}

function parsed(bytes: Uint8Array): Message {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
    return { text, json: JSON.parse(text) };
  } catch {
    throw new MessageError(400, -32_700, "Parse error: the body is not JSON");
  }
}

const idSchema = z.object({ id: z.union([z.string(), z.number()]) });

function idBytes(messages: readonly unknown[]): number {
  const ids = messages.map((message) => idSchema.safeParse(message).data?.id ?? "");
  return new TextEncoder().encode(JSON.stringify(ids)).length;
}

const emptyParamsSchema = z.looseObject({ params: z.union([z.null(), z.tuple([])]) });

function withoutEmptyParams(message: Message): Message {
  const { json } = message;
  let isChanged = false;
  const cleaned = (single: unknown): unknown => {
    const found = emptyParamsSchema.safeParse(single);
    if (!found.success) return single;
    isChanged = true;
    const { params: _, ...rest } = found.data;
    return rest;
  };
  const changed = Array.isArray(json) ? json.map(cleaned) : cleaned(json);
  return isChanged ? { text: JSON.stringify(changed), json: changed } : message;
}

/** Whether a request declares its body to be JSON. */
export function saysJson(request: Request): boolean {
  return mediaTypeOf(request.headers.get("content-type")) === "application/json";
}

/** The answer to a body that is not declared to be JSON (RFC 9110, section 15.5.16). */
export function notJson(): Response {
  const response = jsonRpcError(
    415,
    -32_000,
    "Unsupported Media Type: Content-Type must be application/json",
  );
  response.headers.set("accept", "application/json");
  return response;
}

/** A JSON-RPC error outside any request, as the MCP transports answer HTTP errors. */
export function jsonRpcError(status: number, code: number, message: string): Response {
  return Response.json({ jsonrpc: "2.0", error: { code, message }, id: null }, { status });
}

/** The answer to a body that is JSON but not a JSON-RPC message. */
export function notJsonRpc(): Response {
  return jsonRpcError(400, -32_600, "Invalid Request: not a JSON-RPC 2.0 message");
}

/** The answer to a request with invalid params. It has the request's id. */
export function invalidParams(request: unknown, message: string, status = 200): Response {
  const id = idSchema.safeParse(request).data?.id ?? null;
  return Response.json({ jsonrpc: "2.0", id, error: { code: -32_602, message } }, { status });
}

const initializeSchema = z.object({ method: z.literal("initialize") });

/** Whether a single message, valid or not, is meant to begin a session. */
export function isInitialize(message: unknown): boolean {
  return initializeSchema.safeParse(message).success;
}

/** What a client gets for a session that is not its own, has ended or never existed (MCP, session management). */
export function sessionNotFound(): Response {
  return jsonRpcError(404, -32_001, "Session not found");
}
