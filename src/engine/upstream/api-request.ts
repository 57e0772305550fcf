import { version } from "../../../package.json";
import type { UpstreamApi } from "../config";
import { apiUrl } from "./api-url";
import { EncodedTarget } from "./encoded-target";
import { appendQuery, type Query } from "./query";
import { UpstreamError } from "./upstream-error";

/** What a request carries: JSON, a form, a form with files, or bytes as they are. At most one of them. */
export type ApiBody =
  | { readonly body?: unknown }
  /** Sent as application/x-www-form-urlencoded; a list is a field that stands there several times. */
  | { readonly form: Query }
  /** Sent as multipart/form-data. */
  | { readonly multipart: FormData }
  | { readonly bytes: Uint8Array; readonly contentType: string };

export type ApiRequest = ApiBody & {
  readonly method?: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS";
  /**
   * The segments after the API's base address; each is encoded, and stays one segment. An {@link EncodedTarget} has
   * the query and the cookies too, and `query` is not read.
   */
  readonly path: readonly string[] | EncodedTarget;
  /** A list is a parameter that stands there several times. */
  readonly query?: Query;
  /** Beside those that every request has. `authorization` is not the tool's to set. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether it only reads, so that it may be sent again after a failure; GET and HEAD do. */
  readonly isRead?: boolean;
  /**
   * Makes a request that does something safe to send again, where the API knows the header
   * (draft-ietf-httpapi-idempotency-key-header): one key per call of the tool, kept over retries.
   */
  readonly idempotencyKey?: string;
  /** What the API calls the permission that this needs, for the message of a 403 that does not say. */
  readonly permission?: string;
};

/** What the client itself sets, or what would change whom or what a request reaches. */
const OURS = new Set([
  ...["authorization", "proxy-authorization", "cookie", "host", "idempotency-key"],
  ...["content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer"],
]);

/** RFC 9110, section 5.1: a token. */
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;

/** Whether a tool may set this header: HTTP can carry it, and neither is it ours, nor does it change where a request goes. */
export function isToolsHeader(name: string): boolean {
  return HEADER_NAME.test(name) && !OURS.has(name.toLowerCase());
}

/** RFC 9110, section 9.2.2: what is done twice is done once. */
const IDEMPOTENT = ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"];

/** Whether a request may be sent again when nobody knows whether it was carried out. */
export function mayRepeat({ method = "GET", isRead, idempotencyKey }: ApiRequest): boolean {
  return isRead ?? (idempotencyKey !== undefined || IDEMPOTENT.includes(method));
}

export type HttpRequest = { readonly url: URL; readonly init: RequestInit };

/**
 * The HTTP request for an API, without its token.
 *
 * @throws UpstreamError for a path, parameter or header that a model made up and that HTTP cannot carry.
 * @throws TypeError for a header that is not the tool's to set.
 */
export function httpRequest(api: UpstreamApi, request: ApiRequest): HttpRequest {
  const { content, contentType } = contentOf(request);
  const headers = new Headers({
    accept: "application/json, */*;q=0.5",
    // Some APIs refuse requests without one, GitHub's among them.
    "user-agent": `gatehouse/${version}`,
  });
  if (contentType !== undefined) headers.set("content-type", contentType);
  for (const [name, value] of Object.entries(request.headers ?? {})) {
    if (OURS.has(name.toLowerCase()))
      throw new TypeError(`A tool may not set the header "${name}"`);
    setHeader(headers, name, value);
  }
  if (request.path instanceof EncodedTarget && request.path.cookie !== "") {
    headers.set("cookie", request.path.cookie);
  }
  if (request.idempotencyKey !== undefined) {
    setHeader(headers, "idempotency-key", request.idempotencyKey);
  }
  return {
    url: apiUrl(api.url, request.path, request.query),
    init: {
      method: request.method ?? "GET",
      headers,
      ...(content !== undefined && { body: content }),
    },
  };
}

function contentOf(request: ApiRequest): { content?: BodyInit; contentType?: string } {
  if ("form" in request) return { content: appendQuery(new URLSearchParams(), request.form) };
  if ("multipart" in request) return { content: request.multipart };
  if ("bytes" in request) return { content: request.bytes, contentType: request.contentType };
  if (request.body === undefined) return {};
  return { content: JSON.stringify(request.body), contentType: "application/json" };
}

function setHeader(headers: Headers, name: string, value: string): void {
  try {
    headers.set(name, value);
  } catch {
    throw new UpstreamError("invalid_request", `The header ${name} cannot carry that value.`);
  }
}
