import type * as z from "zod";
import type { UpstreamApi } from "../config";
import { UpstreamError } from "./upstream-error";

/** What an API answered, read whole. */
export type ApiAnswer = {
  /** 2xx, or 304 for a request that was conditional (RFC 9110, section 13). */
  readonly status: number;
  readonly headers: Headers;
  readonly contentType: string;
  readonly bytes: Uint8Array;
  /** The bytes as text. */
  readonly body: string;
};

/** @param bytes of the body, which are decoded only when somebody asks for text. */
export function apiAnswer({ status, headers }: Response, bytes: Uint8Array): ApiAnswer {
  return {
    status,
    headers,
    contentType: headers.get("content-type") ?? "",
    bytes,
    get body() {
      return new TextDecoder().decode(bytes);
    },
  };
}

/**
 * The JSON of an answer, parsed. One without a body, such as a 204, is `undefined` to the schema.
 *
 * @throws UpstreamError when it is no JSON, or not what the schema says.
 */
export function parsedAnswer<Answer>(
  api: UpstreamApi,
  { bytes, body }: Pick<ApiAnswer, "bytes" | "body">,
  schema: z.ZodType<Answer>,
): Answer {
  try {
    return schema.parse(bytes.byteLength === 0 ? undefined : JSON.parse(body));
  } catch (error) {
    // The message of a parser may quote the body.
    console.error({
      event: "upstream_answer_not_understood",
      api: api.name,
      error: error instanceof Error ? error.name : "unknown",
    });
    throw new UpstreamError(
      "unavailable",
      `${api.displayName} answered in a way that this server does not understand.`,
    );
  }
}
