import * as z from "zod";

/**
 * A request to the token endpoint, read to its end: it goes to the grant's object as a value, so that
 * what happens there does not hang on a client that may go away.
 */
export type TokenRequest = {
  /** The authorization server that was asked (RFC 8414). */
  readonly issuer: string;
  readonly url: string;
  readonly contentType: string;
  /** The client's credentials, where it sends them in a header (RFC 6749, section 2.3.1). */
  readonly authorization: string | null;
  readonly body: string;
};

/** The answer to one, kept as a value as well: a repeat of the request gets the very same. */
export const tokenAnswerSchema = z.object({
  status: z.int(),
  /** Nothing here sends one twice. */
  headers: z.record(z.string(), z.string()),
  body: z.string(),
});
export type TokenAnswer = z.infer<typeof tokenAnswerSchema>;

/** The request as workers-oauth-provider takes it, with another body if need be. */
export function toRequest(
  { url, contentType, authorization, body }: TokenRequest,
  form: URLSearchParams | string = body,
): Request {
  const headers = new Headers({ "content-type": contentType });
  if (authorization !== null) headers.set("authorization", authorization);
  return new Request(url, { method: "POST", headers, body: form.toString() });
}

export async function toAnswer(response: Response): Promise<TokenAnswer> {
  const { status, headers } = response;
  return { status, headers: Object.fromEntries(headers), body: await response.text() };
}

export function toResponse({ status, headers, body }: TokenAnswer): Response {
  return new Response(body, { status, headers });
}

/** An error of the token endpoint (RFC 6749, section 5.2). */
export function refusal(error: string, description: string): TokenAnswer {
  return {
    status: 400,
    headers: { "content-type": "application/json", "cache-control": "no-store" },
    body: JSON.stringify({ error, error_description: description }),
  };
}

/** For what is over in a moment: an object that is being replaced, an identity provider that does not answer. */
export const RETRY_AFTER_SECONDS = 5;

/**
 * For what says nothing about the grant: the client keeps what it holds and tries again. A
 * `server_error` would have MCP's TypeScript SDK send the person to sign in again; that the token
 * endpoint says this is explained in grants/address-limit.ts.
 */
export function unavailable(): TokenAnswer {
  const { headers, ...rest } = refusal("temporarily_unavailable", "Try again in a few seconds");
  return {
    ...rest,
    status: 503,
    headers: { ...headers, "retry-after": String(RETRY_AFTER_SECONDS) },
  };
}

/**
 * The parameter with the code, the refresh token, or the token to be revoked (RFC 7009), whichever the
 * endpoint will look at. What repeats a parameter is refused there (RFC 6749, section 3.2).
 */
export function presentedName(
  form: URLSearchParams,
): "refresh_token" | "code" | "token" | undefined {
  switch (form.get("grant_type") ?? "") {
    case "refresh_token":
      return "refresh_token";
    case "authorization_code":
      return "code";
    case "":
      return "token";
    default:
      return undefined;
  }
}

/** What stands in {@link presentedName}. */
export function presentedIn(form: URLSearchParams): string | undefined {
  const name = presentedName(form);
  return name === undefined ? undefined : (form.get(name) ?? undefined);
}

export function isRefresh(form: URLSearchParams): boolean {
  return form.get("grant_type") === "refresh_token";
}
