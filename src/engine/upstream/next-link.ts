/** A link and its parameters (RFC 8288, section 3). */
const LINK = /<([^>]*)>((?:\s*;\s*[!#$%&'*+\-.^`|~\w]+\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s";,]+))*)/g;
const REL = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s";,]+))/i;

/** What the header Link names as the next page: an address as it stands there, absolute or relative. */
export function nextTarget(header: string | null): string | undefined {
  for (const [, target = "", parameters = ""] of (header ?? "").matchAll(LINK)) {
    const [, quoted, token] = REL.exec(parameters) ?? [];
    if ((quoted ?? token ?? "").toLowerCase().split(/\s+/).includes("next")) return target;
  }
  return undefined;
}

/**
 * The address of the next page, as the header Link names it.
 *
 * @param base the API's base address. An address elsewhere is no next page: the token would follow it.
 * @param requested the address that was asked, which a relative link is resolved against.
 */
export function nextLink(header: string | null, base: string, requested: URL): URL | undefined {
  const target = nextTarget(header);
  const url = target === undefined ? null : URL.parse(target, requested.href);
  return url !== null &&
    `${url.origin}${url.pathname}/`.startsWith(`${new URL(base).href.replace(/\/+$/, "")}/`)
    ? url
    : undefined;
}
