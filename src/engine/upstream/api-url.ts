import { EncodedTarget } from "./encoded-target";
import { appendQuery, type Query } from "./query";
import { UpstreamError } from "./upstream-error";

/**
 * Segments that a URL parser would resolve away instead of keeping; with `;`, as some servers drop what follows that
 * before they look.
 */
const DOTS = /^(\.|%2e){1,2}(?:;|%3b|$)/i;
/** What some servers take for the end of a segment, though it was encoded. */
const SEPARATORS = /[/\\]|%2f|%5c/i;
const CONTROLS = /\p{Cc}|%[01][0-9a-f]|%7f/iu;

/**
 * Whether a segment could mean another path, to a URL parser or to a server that decodes once too often.
 *
 * @param segment not encoded.
 */
export function leavesItsPlace(segment: string): boolean {
  return (
    segment === "" ||
    !segment.isWellFormed() ||
    CONTROLS.test(segment) ||
    segment.split(SEPARATORS).some((part) => DOTS.test(part))
  );
}

/**
 * An address of an API. Every segment stays one segment whatever it holds, because segments come
 * from models: `../` and `?` in one must not reach another endpoint.
 *
 * @param base without a slash at the end.
 * @throws UpstreamError for a segment that is empty, has a control character, or holds `.` or `..`, in
 *   whatever encoding: WHATWG URL drops those even when they are percent-encoded.
 */
export function apiUrl(
  base: string,
  path: readonly string[] | EncodedTarget,
  query: Query = {},
): URL {
  if (path instanceof EncodedTarget) return path.urlAt(base);
  const unfit = path.find(leavesItsPlace);
  if (unfit !== undefined) {
    throw new UpstreamError(
      "invalid_request",
      `${JSON.stringify(unfit)} is not a valid name or id.`,
    );
  }
  const url = new URL([base, ...path.map(encodeURIComponent)].join("/"));
  appendQuery(url.searchParams, query);
  return url;
}
