import type * as z from "zod";
import { readBytes } from "../http/read-bytes";
import { apiUrl } from "./api-url";
import { problemText } from "./problem-text";
import { Retries } from "./retries";
import type { TokenSource } from "./token-source";
import type { UpstreamApi } from "./upstream-api";
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
};

export type ApiAnswer = { readonly contentType: string; readonly body: string };

/** One API, called as one person for one tool call. Every failure is an UpstreamError. */
export type ApiClient = {
  /** Sends a request and parses the JSON of its answer. Let the schema be lenient: APIs grow. */
  request<Answer>(request: ApiRequest & { readonly answer: z.ZodType<Answer> }): Promise<Answer>;
  /** Sends a request whose answer is no JSON. */
  read(request: ApiRequest): Promise<ApiAnswer>;
};

const ATTEMPT_TIMEOUT_MS = 20_000;
const MAX_ANSWER_BYTES = 8 * 1_024 * 1_024;

/**
 * @param signal of the tool call: cancelling that cancels what is under way here.
 */
export function apiClient(api: UpstreamApi, tokens: TokenSource, signal: AbortSignal): ApiClient {
  async function attempt(request: ApiRequest, accessToken: string): Promise<Response> {
    const headers = new Headers({
      authorization: `Bearer ${accessToken}`,
      accept: "application/json",
    });
    if (request.body !== undefined) headers.set("content-type", "application/json");
    return fetch(apiUrl(api.url, request.path, request.query), {
      method: request.method ?? "GET",
      headers,
      // A redirect would take the token to another address.
      redirect: "manual",
      signal: AbortSignal.any([signal, AbortSignal.timeout(ATTEMPT_TIMEOUT_MS)]),
      ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
    });
  }

  async function send(request: ApiRequest): Promise<Response> {
    const isRead = request.isRead ?? (request.method ?? "GET") === "GET";
    const retries = new Retries(signal);
    let accessToken = await tokens.accessToken(api);
    let hasNewToken = false;
    for (;;) {
      const response = await attempt(request, accessToken).catch((error: unknown) => {
        signal.throwIfAborted();
        console.warn({ event: "upstream_no_answer", api: api.name, error: String(error) });
        return undefined;
      });
      if (response?.ok) return response;
      // A refused request was not carried out, so it may be sent again whatever it does.
      if (response?.status === 401 && (await tokens.refused(api, accessToken)) && !hasNewToken) {
        await response.body?.cancel();
        accessToken = await tokens.accessToken(api);
        hasNewToken = true;
        continue;
      }
      const again = response === undefined || response.status === 429 || response.status >= 500;
      const mayRepeat = isRead || response?.status === 429;
      if (again && mayRepeat && (await retries.wait(response))) {
        await response?.body?.cancel();
        continue;
      }
      throw await errorFor(api, response);
    }
  }

  async function read(request: ApiRequest): Promise<ApiAnswer> {
    const response = await send(request);
    const bytes = await readBytes(response.body, MAX_ANSWER_BYTES).catch(() => {
      signal.throwIfAborted();
      throw new UpstreamError(
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

async function errorFor(api: UpstreamApi, response: Response | undefined): Promise<UpstreamError> {
  const { displayName } = api;
  if (response === undefined) {
    return new UpstreamError("unavailable", `${displayName} does not answer. Try again later.`);
  }
  const bytes = await readBytes(response.body, MAX_ANSWER_BYTES).catch(() => undefined);
  const said = problemText(new TextDecoder().decode(bytes));
  const because = said === undefined ? "." : `. It says: ${said}`;
  switch (response.status) {
    case 401:
      return new UpstreamError(
        "forbidden",
        `${displayName} does not accept this access any more${because} Connect this server again.`,
      );
    case 403:
      return new UpstreamError(
        "forbidden",
        `${displayName} does not allow this${missingText(response)}${because}`,
      );
    case 404:
      return new UpstreamError("not_found", `${displayName} has nothing there${because}`);
    case 429:
      return new UpstreamError(
        "unavailable",
        `${displayName} was asked too often. ${laterText(response)}`,
      );
    default:
      return response.status >= 500
        ? new UpstreamError(
            "unavailable",
            `${displayName} has a problem (status ${response.status})${because} ${laterText(response)}`,
          )
        : new UpstreamError(
            "invalid_request",
            `${displayName} refused the request (status ${response.status})${because}`,
          );
  }
}

function laterText(response: Response): string {
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  return Number.isInteger(seconds) && seconds > 0
    ? `Try again in ${seconds} seconds.`
    : "Try again later.";
}

/** The scope that a challenge asks for (RFC 6750, section 3). */
function missingText(response: Response): string {
  const challenge = response.headers.get("www-authenticate") ?? "";
  const [, scope] = /\bscope="([\x20-\x7e]{1,200}?)"/.exec(challenge) ?? [];
  return scope === undefined ? "" : `: it needs the permission ${scope}`;
}
