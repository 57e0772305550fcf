import type { ApiAnswer } from "../upstream/api-answer";
import { nextTarget } from "../upstream/next-link";
import type { CompiledParameter } from "./compiled";
import { isJson, isText } from "./request/media-type";

/** What the API answered, as structured content; what of it the model gets is for `fitAnswer`. */
export type OperationAnswer = {
  readonly status: number;
  /** JSON as it is, text as a string, bytes as `{ base64, contentType }`; absent when there is nothing. */
  readonly data?: unknown;
  /** What of the answer is not in `data`, and why. */
  readonly note?: string;
  /** The arguments that ask for the next page, where the header Link names one. */
  readonly next?: Readonly<Record<string, string>>;
  readonly location?: string;
  readonly etag?: string;
  readonly retryAfter?: string;
};

/** As base64 it is a third more, and few models read it. */
const MAX_BASE64_BYTES = 64 * 1_024;
const MAX_HEADER_CHARS = 2_000;

/**
 * Reads an answer of any kind. Nothing about it makes a call fail that worked: what is no JSON, though it says so, is
 * text.
 *
 * @param parameters of the operation: arguments of the next page are among them.
 */
export function operationAnswer(
  answer: ApiAnswer,
  parameters: readonly CompiledParameter[],
): OperationAnswer {
  const { status, headers } = answer;
  const next = nextArguments(headers.get("link"), parameters);
  return {
    status,
    ...content(answer),
    ...(next !== undefined && { next }),
    ...fact("location", headers.get("location")),
    ...fact("etag", headers.get("etag")),
    ...fact("retryAfter", headers.get("retry-after")),
  };
}

function fact(name: "location" | "etag" | "retryAfter", value: string | null) {
  return value === null ? {} : { [name]: value.slice(0, MAX_HEADER_CHARS) };
}

function content(answer: ApiAnswer): Pick<OperationAnswer, "data" | "note"> {
  const { bytes, contentType, status } = answer;
  if (bytes.byteLength === 0) return { note: `The API answered without content (${status}).` };
  const text = textOf(answer);
  if (text !== undefined) {
    return { data: isJson(contentType) || contentType === "" ? parsedOr(text) : text };
  }
  const type = contentType || "bytes";
  if (bytes.byteLength <= MAX_BASE64_BYTES) {
    return { data: { base64: base64Of(bytes), contentType: type } };
  }
  return { note: `The API answered with ${bytes.byteLength} bytes of ${type}, too many to show.` };
}

/** @returns undefined for what is no text, by its media type or, where that says nothing, by its bytes. */
function textOf({ bytes, contentType, body }: ApiAnswer): string | undefined {
  if (isJson(contentType)) return body;
  const charset = /;\s*charset="?([\w-]+)/i.exec(contentType)?.[1];
  if (isText(contentType)) return decoded(bytes, charset) ?? body;
  return contentType === "" ? decoded(bytes, "utf-8") : undefined;
}

function decoded(bytes: Uint8Array, charset = "utf-8"): string | undefined {
  try {
    return new TextDecoder(charset, { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    return undefined;
  }
}

function parsedOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Not the address: it may hold a key that this server sends, and the model can send only arguments. */
function nextArguments(
  link: string | null,
  parameters: readonly CompiledParameter[],
): Record<string, string> | undefined {
  const target = nextTarget(link);
  const url = target === undefined ? null : URL.parse(target, "https://api.invalid");
  if (url === null) return undefined;
  const found = parameters.flatMap(({ in: place, name, argument, fixed }) => {
    const value = url.searchParams.get(name);
    return place === "query" && argument !== undefined && fixed === undefined && value !== null
      ? [[argument, value] as const]
      : [];
  });
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

/** Not by `toBase64`, which Node.js has not yet: tests of tools run there. */
function base64Of(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}
