import type * as z from "zod";
import type { UpstreamApi } from "../config";
import { errorText } from "../lib/error-text";
import { readBytes } from "../lib/read-bytes";
import { apiFailure, noAnswer } from "./api-failure";
import { apiUrl } from "./api-url";
import { Retries } from "./retries";
import type { TokenSource } from "./token-source";
import { UpstreamError } from "./upstream-error";

export type ApiRequest = {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** The segments after the API's base address; each is encoded. */
  readonly path: readonly string[];
  readonly query?: Readonly<Record<string, string | undefined>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Whether it only reads, so that it may be sent again after a failure; a GET does. */
  readonly isRead?: boolean;
  /** What the API calls the permission that this needs, for the message of a 403 that does not say. */
  readonly permission?: string;
};

export type ApiAnswer = { readonly contentType: string; readonly body: string };

/** One API, called as one person for one tool call. Every failure is an UpstreamError. */
export type ApiClient = {
  /** Sends a request and parses the JSON of its answer. Let the schema be lenient: APIs grow. */
  request<Answer>(request: ApiRequest & { readonly answer: z.ZodType<Answer> }): Promise<Answer>;
  /** Sends a request whose answer is no JSON. */
  read(request: ApiRequest): Promise<ApiAnswer>;
};

export type Deliver = (url: URL, init: RequestInit) => Promise<Response>;

const ATTEMPT_TIMEOUT_MS = 30_000;
const MAX_ANSWER_BYTES = 8 * 1_024 * 1_024;

/**
 * Failures that pass (429, 5xx, a lost connection) are waited out, within bounds, for requests that
 * may be repeated. One that takes too long is not repeated: it would take as long again.
 *
 * @param signal of the tool call: cancelling that cancels what is under way here.
 * @param deliver takes a request to the API; in the tests of a tool, to what stands in for it.
 */
export function apiClient(
  api: UpstreamApi,
  tokens: TokenSource,
  signal: AbortSignal,
  attemptTimeoutMs = ATTEMPT_TIMEOUT_MS,
  deliver: Deliver = (url, init) => fetch(url, init),
): ApiClient {
  async function attempt(request: ApiRequest, accessToken: string): Promise<Response> {
    const headers = new Headers({
      authorization: `Bearer ${accessToken}`,
      accept: "application/json, */*;q=0.5",
    });
    if (request.body !== undefined) headers.set("content-type", "application/json");
    return deliver(apiUrl(api.url, request.path, request.query), {
      method: request.method ?? "GET",
      headers,
      // A redirect would take the token to another address.
      redirect: "manual",
      signal: AbortSignal.any([signal, AbortSignal.timeout(attemptTimeoutMs)]),
      ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
    });
  }

  /** @returns undefined when the connection was lost. */
  async function attemptUnlessLost(request: ApiRequest, accessToken: string) {
    try {
      return await attempt(request, accessToken);
    } catch (error) {
      if (error instanceof UpstreamError) throw error;
      signal.throwIfAborted();
      console.warn({ event: "upstream_no_answer", api: api.name, error: errorText(error) });
      if (isTimeout(error)) throw noAnswer(api, attemptTimeoutMs);
      return undefined;
    }
  }

  async function send(request: ApiRequest): Promise<Response> {
    const isRead = request.isRead ?? (request.method ?? "GET") === "GET";
    const retries = new Retries(signal);
    let accessToken = await tokens.accessToken(api);
    let hasNewToken = false;
    for (;;) {
      const response = await attemptUnlessLost(request, accessToken);
      if (response?.ok) return response;
      const failure =
        response === undefined
          ? noAnswer(api)
          : await apiFailure(api, response, request.permission);
      // A refused request was not carried out, so it may be sent again whatever it does.
      if (response?.status === 401 && (await tokens.refused(api, accessToken)) && !hasNewToken) {
        accessToken = await tokens.accessToken(api);
        hasNewToken = true;
        continue;
      }
      const passes = response === undefined || response.status === 429 || response.status >= 500;
      const mayRepeat = isRead || response?.status === 429;
      if (!(passes && mayRepeat && (await retries.wait(response)))) throw failure;
    }
  }

  async function read(request: ApiRequest): Promise<ApiAnswer> {
    const response = await send(request);
    const bytes = await readBytes(response.body, MAX_ANSWER_BYTES).catch((error: unknown) => {
      signal.throwIfAborted();
      throw isTimeout(error)
        ? noAnswer(api, attemptTimeoutMs)
        : new UpstreamError(
            "unavailable",
            `The answer of ${api.displayName} broke off. Try again later.`,
          );
    });
    if (bytes === undefined) {
      throw new UpstreamError(
        "invalid_request",
        `The answer of ${api.displayName} is larger than ${MAX_ANSWER_BYTES} bytes: ask for less.`,
      );
    }
    return {
      contentType: response.headers.get("content-type") ?? "",
      body: new TextDecoder().decode(bytes),
    };
  }

  return {
    read,
    async request({ answer, ...request }) {
      const { body } = await read(request);
      try {
        return answer.parse(JSON.parse(body));
      } catch (error) {
        if (error instanceof UpstreamError) throw error;
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
    },
  };
}

/** What AbortSignal.timeout aborts with. */
function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === "TimeoutError";
}
