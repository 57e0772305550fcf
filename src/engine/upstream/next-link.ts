/** A link and its parameters (RFC 8288, section 3). */
const LINK = /<([^>]*)>((?:\s*;\s*[!#$%&'*+\-.^`|~\w]+\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s";,]+))*)/g;
const REL = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s";,]+))/i;

/**
 * The address of the next page, as the header Link names it.
 *
 * @param base the API's base address. An address elsewhere is no next page: the token would follow it.
 * @param requested the address that was asked, which a relative link is resolved against.
 */
export function nextLink(header: string | null, base: string, requested: URL): URL | undefined {
  for (const [, target = "", parameters = ""] of (header ?? "").matchAll(LINK)) {
    const [, quoted, token] = REL.exec(parameters) ?? [];
    if (!(quoted ?? token ?? "").toLowerCase().split(/\s+/).includes("next")) continue;
    const url = URL.parse(target, requested.href);
    return url !== null &&
      `${url.origin}${url.pathname}/`.startsWith(`${new URL(base).href.replace(/\/+$/, "")}/`)
      ? url
      : undefined;
  }
  return undefined;
}
