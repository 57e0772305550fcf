import { type ErrorCode, GatehouseError } from "../lib/gatehouse-error";
import { readBytes } from "../lib/read-bytes";

/** The largest message that a client may send, in bytes: as much as McpAgent takes. */
const MAX_MESSAGE_BYTES = 4 * 1_024 * 1_024;

/** Thrown for a body that is no message; carries the HTTP status and the JSON-RPC error to answer with. */
export class MessageError extends GatehouseError {
  override readonly name = "MessageError";
  override readonly code: ErrorCode;

  readonly status: 400 | 413;
  /** Of the JSON-RPC error (JSON-RPC 2.0, section 5.1). */
  readonly rpcCode: number;

  constructor(status: 400 | 413, rpcCode: number, message: string) {
    super(message);
    this.code = status === 413 ? "message_too_large" : "message_invalid";
    this.status = status;
    this.rpcCode = rpcCode;
  }
}

/** A body that is JSON: as it came, and parsed. */
export type Message = { readonly text: string; readonly json: unknown };

/**
 * Reads the JSON body of a request.
 *
 * @throws MessageError 413 when it is larger than {@link MAX_MESSAGE_BYTES}, counted as it arrives
 *   (a header can lie); 400 with -32700 when it is not JSON in UTF-8.
 */
export async function readMessage(request: Request): Promise<Message> {
  const bytes = await readBytes(request.body, MAX_MESSAGE_BYTES);
  if (bytes === undefined) {
    throw new MessageError(413, -32_000, `The body is larger than ${MAX_MESSAGE_BYTES} bytes`);
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
    return { text, json: JSON.parse(text) };
  } catch {
    throw new MessageError(400, -32_700, "Parse error: the body is not JSON");
  }
}

/** A JSON-RPC error outside any request, as the MCP transports answer HTTP errors. */
export function jsonRpcError(status: number, code: number, message: string): Response {
  return Response.json({ jsonrpc: "2.0", error: { code, message }, id: null }, { status });
}

/** What a client gets for a session that is not its own, has ended or never was (MCP, session management). */
export function sessionNotFound(): Response {
  return jsonRpcError(404, -32_001, "Session not found");
}
