import type * as z from "zod";
import type { UpstreamApi } from "../config";
import { errorText } from "../lib/error-text";
import { readBytes } from "../lib/read-bytes";
import { type ApiAnswer, apiAnswer, parsedAnswer } from "./api-answer";
import { apiFailure, noAnswer } from "./api-failure";
import { type ApiRequest, type HttpRequest, httpRequest, mayRepeat } from "./api-request";
import { nextLink } from "./next-link";
import { placeCredential } from "./place-credential";
import type { Query } from "./query";
import { Retries } from "./retries";
import type { TokenSource } from "./token-source";
import { UpstreamError } from "./upstream-error";

/** A request whose pages are read one after the other. */
export type PagedRequest<Answer> = ApiRequest & {
  /** Let the schema be lenient: APIs grow. */
  readonly answer: z.ZodType<Answer>;
  /**
   * The parameters that ask for the page after this one, such as its cursor; undefined after the last.
   * Without this, the header Link says where the next page is (RFC 8288).
   */
  readonly next?: (page: Answer) => Query | undefined;
  /** No more than these are read; 10 unless told. */
  readonly maxPages?: number;
};

/** One API, called as one person for one tool call. Every failure is an UpstreamError. */
export type ApiClient = {
  /**
   * Sends a request and parses the JSON of its answer. Let the schema be lenient: APIs grow. An answer
   * without a body is `undefined` to it: `z.undefined()` takes a 204.
   *
   * @example
   * const ticket = await api(tickets).request({ path: ["tickets", id], answer: ticketSchema });
   */
  request<Answer>(request: ApiRequest & { readonly answer: z.ZodType<Answer> }): Promise<Answer>;
  /** Sends a request and reads its answer whole: status, headers, text and bytes. */
  read(request: ApiRequest): Promise<ApiAnswer>;
  /**
   * Reads page after page, each when it is asked for.
   *
   * @example
   * for await (const page of api(tickets).pages({ path: ["tickets"], answer: pageSchema })) { … }
   */
  pages<Answer>(request: PagedRequest<Answer>): AsyncIterable<Answer>;
  /**
   * The JWT that says who the person is, for an API with `access: { by: "identity" }` that is called in another
   * way than by HTTP: a Worker, by RPC.
   *
   * @throws TypeError for any other API: its tokens leave this client for the API alone.
   *
   * @example
   * await app.tickets.close(id, await api(ticketsApi).identityToken());
   */
  identityToken(): Promise<string>;
};

export type Deliver = (url: URL, init: RequestInit) => Promise<Response>;

const ATTEMPT_TIMEOUT_MS = 30_000;
const MAX_ANSWER_BYTES = 8 * 1_024 * 1_024;
const MAX_PAGES = 10;
/** Not modified, and not allowed: whoever says that has looked at the token. */
const TAKEN = [304, 403];

/**
 * Failures that pass (429, 5xx, a lost connection) are waited out, within bounds, for requests that
 * may be repeated (RFC 9110, section 9.2.2). One that takes too long is not repeated: it would take as
 * long again.
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
  async function attempt({ url: at, init }: HttpRequest, accessToken: string): Promise<Response> {
    const url = new URL(at);
    const headers = new Headers(init.headers);
    placeCredential(api, accessToken, { url, headers });
    return deliver(url, {
      ...init,
      headers,
      // A redirect would take the token to another address.
      redirect: "manual",
      signal: AbortSignal.any([signal, AbortSignal.timeout(attemptTimeoutMs)]),
    });
  }

  /** @returns undefined when the connection was lost. */
  async function attemptUnlessLost(http: HttpRequest, accessToken: string) {
    try {
      return await attempt(http, accessToken);
    } catch (error) {
      signal.throwIfAborted();
      console.warn({ event: "upstream_no_answer", api: api.name, error: errorText(error) });
      if (isTimeout(error)) throw noAnswer(api, attemptTimeoutMs);
      return undefined;
    }
  }

  /** @param at the address, where it is not the one that the request's path makes. */
  async function send(request: ApiRequest, at?: URL): Promise<Response> {
    const { url, init } = httpRequest(api, request);
    const retries = new Retries(signal);
    let accessToken = await tokens.accessToken(api);
    let hasNewToken = false;
    for (;;) {
      const response = await attemptUnlessLost({ url: at ?? url, init }, accessToken);
      if (response && (response.ok || TAKEN.includes(response.status))) {
        tokens.taken?.(api, accessToken);
      }
      if (response?.ok || response?.status === 304) return response;
      const failure =
        response === undefined
          ? noAnswer(api)
          : await apiFailure(api, response, request.permission);
      // A refused request was not carried out, so it may be sent again whatever it does.
      const challenge = response?.headers.get("www-authenticate") ?? null;
      const mayReplace =
        response?.status === 401 && (await tokens.refused(api, accessToken, challenge));
      if (mayReplace && !hasNewToken) {
        accessToken = await tokens.accessToken(api);
        hasNewToken = true;
        continue;
      }
      const passes = response === undefined || response.status === 429 || response.status >= 500;
      const repeatable = mayRepeat(request) || response?.status === 429;
      if (!(passes && repeatable && (await retries.wait(response)))) throw failure;
    }
  }

  async function read(request: ApiRequest, at?: URL): Promise<ApiAnswer> {
    const response = await send(request, at);
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
    return apiAnswer(response, bytes);
  }

  async function* pages<Answer>(request: PagedRequest<Answer>): AsyncGenerator<Answer> {
    const { answer: schema, next, maxPages = MAX_PAGES, ...first } = request;
    let asked: ApiRequest = first;
    let at: URL | undefined;
    for (let page = 1; page <= maxPages; page++) {
      const answer = await read(asked, at);
      const parsed = parsedAnswer(api, answer, schema);
      yield parsed;
      if (next !== undefined) {
        const query = next(parsed);
        if (query === undefined) return;
        asked = { ...asked, query: { ...asked.query, ...query } };
      } else {
        const requested = at ?? httpRequest(api, asked).url;
        at = nextLink(answer.headers.get("link"), api.url, requested);
        if (at === undefined) return;
      }
    }
  }

  return {
    read: (request) => read(request),
    pages,
    async identityToken() {
      if (api.credential.by !== "identity")
        throw new TypeError(`The API "${api.name}" is not called by "identity"`);
      return tokens.accessToken(api);
    },
    request: async ({ answer, ...request }) => parsedAnswer(api, await read(request), answer),
  };
}

/** What AbortSignal.timeout aborts with. */
function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === "TimeoutError";
}
