import type { UpstreamApi } from "../config";
import { readBytes } from "../lib/read-bytes";
import { problemText } from "./problem-text";
import { UpstreamError } from "./upstream-error";

const MAX_PROBLEM_BYTES = 64 * 1_024;

/**
 * What an API's answer with an error status means, in words for the model and the person.
 *
 * @param permission that the request needs; used when a 403 does not name one itself.
 */
export async function apiFailure(
  { displayName }: UpstreamApi,
  response: Response,
  permission: string | undefined,
): Promise<UpstreamError> {
  const { status } = response;
  const bytes = await readBytes(response.body, MAX_PROBLEM_BYTES).catch(() => undefined);
  const said = problemText(new TextDecoder().decode(bytes));
  const because = said === undefined ? "." : `. It says: ${said}.`;
  switch (status) {
    case 401:
      return new UpstreamError(
        "forbidden",
        `${displayName} does not accept this access any more${because} Connect this server again.`,
      );
    case 403: {
      const missing = scopeAskedFor(response) ?? permission;
      const needs = missing === undefined ? "" : `: it needs the permission ${missing}`;
      return new UpstreamError("forbidden", `${displayName} does not allow this${needs}${because}`);
    }
    case 404:
      return new UpstreamError("not_found", `${displayName} has nothing there${because}`);
    case 429:
      return new UpstreamError(
        "unavailable",
        `${displayName} was asked too often. ${laterText(response)}`,
      );
    default:
      return status >= 500
        ? new UpstreamError(
            "unavailable",
            `${displayName} has a problem (status ${status})${because} ${laterText(response)}`,
          )
        : new UpstreamError(
            "invalid_request",
            `${displayName} refused the request (status ${status})${because}`,
          );
  }
}

/** @param timeoutMs how long was waited, if that was the end of it. */
export function noAnswer({ displayName }: UpstreamApi, timeoutMs?: number): UpstreamError {
  return new UpstreamError(
    "unavailable",
    timeoutMs === undefined
      ? `${displayName} does not answer. Try again later.`
      : `${displayName} did not answer within ${timeoutMs / 1_000} seconds. Ask for less, or try again later.`,
  );
}

function laterText(response: Response): string {
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  return Number.isInteger(seconds) && seconds > 0
    ? `Try again in ${seconds} seconds.`
    : "Try again later.";
}

/** RFC 6750, section 3. */
function scopeAskedFor(response: Response): string | undefined {
  const challenge = response.headers.get("www-authenticate") ?? "";
  return /\bscope="([\x20-\x7e]{1,200}?)"/.exec(challenge)?.[1];
}
