import { UpstreamError } from "./upstream-error";

/** Segments that a URL parser would resolve away instead of keeping. */
const DOTS = /^(\.|%2e){1,2}$/i;

/**
 * An address of an API. Every segment stays one segment whatever it holds, because segments come
 * from models: `../` and `?` in one must not reach another endpoint.
 *
 * @param base without a slash at the end.
 * @throws UpstreamError for a segment that is empty or cannot be encoded (`.` and `..`).
 */
export function apiUrl(
  base: string,
  path: readonly string[],
  query: Readonly<Record<string, string | undefined>> = {},
): URL {
  const unfit = path.find(
    (segment) => segment === "" || DOTS.test(segment) || !segment.isWellFormed(),
  );
  if (unfit !== undefined) {
    throw new UpstreamError(
      "invalid_request",
      `${JSON.stringify(unfit)} is not a valid name or id.`,
    );
  }
  const url = new URL([base, ...path.map(encodeURIComponent)].join("/"));
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  return url;
}
