import { type ErrorCode, GatehouseError } from "../lib/gatehouse-error";
import { readBytes } from "../lib/read-bytes";

/** For the whole of it: connecting, the answer's head and its body. */
const TIMEOUT_MS = 5_000;

/** RFC 6839, section 3.1, beside JSON's own type (RFC 8259). */
const JSON_TYPE = /^application\/([\w.-]+\+)?json$/i;

/** Why something published cannot be used; the words are ours, so they may stand in a log. */
export type PublishedProblem =
  | "unreachable"
  | "redirected"
  | "wrong_status"
  | "not_json"
  | "too_large";

export class PublishedJsonError extends GatehouseError {
  override readonly name = "PublishedJsonError";
  override readonly code = "published_json_refused" satisfies ErrorCode;
  readonly problem: PublishedProblem;
  constructor(problem: PublishedProblem) {
    super(problem);
    this.problem = problem;
  }
}

export type PublishedJson = { readonly value: unknown; readonly cacheControl: string };

/**
 * Gets JSON from an address that a stranger named. It counts at that very address: a redirect is not
 * followed, because whoever can redirect from a host is not whoever publishes there
 * (draft-ietf-oauth-client-id-metadata-document, section 5). The flag `global_fetch_strictly_public`
 * keeps the request to the public internet.
 *
 * @param maxBytes of its body, as it is read.
 * @throws PublishedJsonError
 */
export async function publishedJson(url: string, maxBytes: number): Promise<PublishedJson> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  let response: Response;
  try {
    response = await fetch(url, {
      headers: { accept: "application/json", "user-agent": "Gatehouse" },
      redirect: "manual",
      signal,
    });
  } catch {
    throw new PublishedJsonError("unreachable");
  }
  const problem = problemOf(response);
  if (problem !== undefined) {
    await response.body?.cancel();
    throw new PublishedJsonError(problem);
  }
  const bytes = await readBytes(response.body, maxBytes).catch(() => {
    throw new PublishedJsonError("unreachable");
  });
  if (bytes === undefined) throw new PublishedJsonError("too_large");
  const cacheControl = response.headers.get("cache-control") ?? "";
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
    return { value: JSON.parse(text), cacheControl };
  } catch {
    throw new PublishedJsonError("not_json");
  }
}

function problemOf({ status, headers }: Response): PublishedProblem | undefined {
  if (status >= 300 && status < 400) return "redirected";
  if (status !== 200) return "wrong_status";
  const [mediaType = ""] = (headers.get("content-type") ?? "").split(";");
  return JSON_TYPE.test(mediaType.trim()) ? undefined : "not_json";
}
