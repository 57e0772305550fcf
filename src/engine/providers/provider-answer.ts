import * as z from "zod";
import { readBytes } from "../lib/read-bytes";
import { failureOfCode, loggedUrl, misconfigured, unavailable } from "./provider-failure";

/** How long to wait for one answer of an identity provider. */
export const HTTP_TIMEOUT_MS = 10_000;

/** Larger than any token response or profile; a body without end must not fill the isolate. */
const MAX_ANSWER_BYTES = 512 * 1_024;

const TOO_MANY_REQUESTS = 429;
const REQUEST_TIMEOUT = 408;

const errorSchema = z.object({ error: z.string().min(1) });

/**
 * The JSON of an answer.
 *
 * @param endpoint that gave it, for the log.
 * @throws IdentityProviderError for any other status than the expected one, for an `error` member (GitHub sends it with
 *   200), and for what is no JSON. It is permanent, but for 5xx, 429 and 408.
 */
export async function jsonAnswer(
  response: Response,
  endpoint: string,
  expectedStatus = 200,
): Promise<unknown> {
  const facts = { endpoint: loggedUrl(endpoint), status: response.status };
  const { status } = response;
  if (status >= 500 || status === TOO_MANY_REQUESTS || status === REQUEST_TIMEOUT) {
    await response.body?.cancel();
    throw unavailable("The identity provider cannot answer at the moment", facts);
  }
  const bytes = await readBytes(response.body, MAX_ANSWER_BYTES);
  if (bytes === undefined) {
    throw misconfigured("The identity provider's answer is too large", facts);
  }
  const body = parsedJson(bytes);
  const failure = errorSchema.safeParse(body);
  if (failure.success) throw failureOfCode(failure.data.error, facts);
  if (status >= 300 && status < 400) {
    throw misconfigured("The identity provider's endpoint answers with a redirect", {
      ...facts,
      received: originOf(response.headers.get("location"), endpoint),
      advice: "an endpoint must answer itself: its redirect would take credentials elsewhere",
    });
  }
  if (status !== expectedStatus) {
    throw misconfigured("The identity provider refused the request", {
      ...facts,
      expected: `status ${expectedStatus}`,
    });
  }
  if (body === undefined) {
    throw misconfigured("The identity provider did not answer with JSON", {
      ...facts,
      expected: "application/json",
      received: mediaTypeOf(response) ?? "no content type",
    });
  }
  return body;
}

/** Where a redirect leads, without the path: that may carry what was asked. */
function originOf(location: string | null, base: string): string {
  return URL.parse(location ?? "", base)?.origin ?? "no URL";
}

/** The media type without its parameters, in lower case (RFC 9110, section 8.3.1). */
export function mediaTypeOf(response: Response): string | undefined {
  return response.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase().slice(0, 60);
}

function parsedJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
