import type { UpstreamApi } from "../config";

/** A request, as far as a credential changes it. */
type Target = { readonly url: URL; readonly headers: Headers };

/**
 * Puts an API's credential where the API looks for it: a bearer token (RFC 6750, section 2.1), unless it is a
 * key, which has the place that the declaration names. What the tool set there is replaced.
 */
export function placeCredential(
  { credential }: Pick<UpstreamApi, "credential">,
  secret: string,
  { url, headers }: Target,
): void {
  if (credential.by !== "key") {
    headers.set("authorization", `Bearer ${secret}`);
    return;
  }
  const { in: place } = credential;
  if ("query" in place) url.search = withParameter(url.search, place.query, secret);
  else if ("basic" in place) headers.set("authorization", `Basic ${basic(place.basic, secret)}`);
  else headers.set(place.header, place.scheme === undefined ? secret : `${place.scheme} ${secret}`);
}

/** Not by `searchParams`, which would encode all others in its own way. */
function withParameter(search: string, name: string, value: string): string {
  const others = search
    .replace(/^\?/, "")
    .split("&")
    .filter((pair) => pair !== "" && !new URLSearchParams(pair).has(name));
  return [...others, `${encodeURIComponent(name)}=${encodeURIComponent(value)}`].join("&");
}

/** RFC 7617, section 2, in UTF-8. */
function basic(place: { readonly user: string } | "key-as-user", secret: string): string {
  const pair = place === "key-as-user" ? `${secret}:` : `${place.user}:${secret}`;
  return new TextEncoder().encode(pair).toBase64();
}
