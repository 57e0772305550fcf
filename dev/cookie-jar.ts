type Cookie = { host: string; path: string; name: string; value: string };

export type CookieJar = {
  /** The Cookie header for a request to this URL; empty when there is no cookie for it. */
  headerFor(url: URL): string;
  /** Keeps the cookies that this response sets, and drops those that it deletes. */
  keep(url: URL, response: Response): void;
};

/**
 * The cookies of one browser, as far as servers on this machine need them: by host and path.
 * `Secure` cookies are kept and sent over http too, as browsers do for localhost.
 */
export function createCookieJar(): CookieJar {
  let cookies: Cookie[] = [];
  return {
    headerFor(url) {
      return cookies
        .filter(({ host, path }) => host === url.hostname && isUnder(url.pathname, path))
        .map(({ name, value }) => `${name}=${value}`)
        .join("; ");
    },
    keep(url, response) {
      for (const header of response.headers.getSetCookie()) {
        const { cookie, deleted } = parseSetCookie(header, url);
        cookies = cookies.filter(
          ({ host, path, name }) =>
            host !== cookie.host || path !== cookie.path || name !== cookie.name,
        );
        if (!deleted) cookies.push(cookie);
      }
    },
  };
}

function isUnder(pathname: string, cookiePath: string): boolean {
  const folder = cookiePath.endsWith("/") ? cookiePath : `${cookiePath}/`;
  return pathname === cookiePath || pathname.startsWith(folder);
}

function parseSetCookie(header: string, url: URL): { cookie: Cookie; deleted: boolean } {
  const [pair = "", ...attributes] = header.split(";");
  const [name, value] = splitPair(pair);
  const byName = new Map(
    attributes.map((attribute) => {
      const [key, text] = splitPair(attribute);
      return [key.toLowerCase(), text];
    }),
  );
  const maxAge = byName.get("max-age");
  const expires = byName.get("expires");
  // Max-Age wins over Expires.
  const deleted =
    maxAge !== undefined ? Number(maxAge) <= 0 : Date.parse(expires ?? "") <= Date.now();
  const path = byName.get("path");
  return {
    cookie: {
      host: url.hostname,
      path: path?.startsWith("/") ? path : url.pathname.replace(/\/[^/]*$/, "") || "/",
      name,
      value,
    },
    deleted,
  };
}

function splitPair(text: string): [string, string] {
  const at = text.indexOf("=");
  return at < 0 ? [text.trim(), ""] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}
