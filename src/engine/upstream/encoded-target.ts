import { UpstreamError } from "./upstream-error";

/** RFC 3986, section 3.3: segments of `pchar`. What WHATWG would encode besides is not among them. */
const PATH = /^(?:\/(?:[\w.~!$&'()*+,;=:@-]|%[0-9a-fA-F]{2})*)*$/;
/** RFC 3986, section 3.4, without `'`, which WHATWG encodes in a query. */
const QUERY = /^(?:[\w.~!$&()*+,;=:@/?-]|%[0-9a-fA-F]{2})*$/;
/** RFC 6265, section 4.1.1: pairs of a token and octets, with the comma, which OpenAPI's lists have and servers take. */
const COOKIE = /^(?:[\w!#$%&'*+.^`|~-]+=[\x21\x23-\x3a\x3c-\x5b\x5d-\x7e]*(?:; (?!$)|$))*$/;

export type EncodedParts = {
  /** What follows the API's base address, such as `/tickets/7`. */
  readonly path: string;
  /** Without its `?`; "" for none. */
  readonly query: string;
  /** The header Cookie; "" for none. */
  readonly cookie: string;
};

/**
 * Where in an API a request goes, encoded already: for what a list of segments and {@link Query} cannot say, such
 * as the styles of OpenAPI. Only src/engine/openapi makes these; tools give segments.
 *
 * It stays below the API's base address whatever it is made of: it is no string, and {@link apiUrl} refuses one that
 * a URL parser would read in another way than it is written.
 */
export class EncodedTarget {
  readonly #parts: EncodedParts;

  /** @throws UpstreamError when a part has a character that it cannot have, encoded as it should be. */
  constructor(parts: EncodedParts) {
    if (!PATH.test(parts.path) || !QUERY.test(parts.query) || !COOKIE.test(parts.cookie))
      throw misplaced();
    this.#parts = parts;
  }

  get cookie(): string {
    return this.#parts.cookie;
  }

  /**
   * @param base without a slash at the end.
   * @throws UpstreamError when a URL parser reads another path, such as without a segment of dots.
   */
  urlAt(base: string): URL {
    const { path, query } = this.#parts;
    const at = new URL(base);
    const url = new URL(`${base}${path}${query === "" ? "" : `?${query}`}`);
    const expected = path === "" ? at.pathname : `${at.pathname.replace(/\/$/, "")}${path}`;
    const isKept =
      url.origin === at.origin &&
      url.pathname === expected &&
      url.search === (query === "" ? "" : `?${query}`) &&
      url.hash === "";
    if (!isKept) throw misplaced();
    return url;
  }
}

function misplaced(): UpstreamError {
  return new UpstreamError("invalid_request", "A value would change which address is called.");
}
