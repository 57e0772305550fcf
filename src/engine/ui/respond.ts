import type { Context } from "hono";
import type { JSX } from "hono/jsx/jsx-runtime";
import { renderedWith } from "../look/context";
import type { Look } from "../look/look";

declare module "hono" {
  interface ContextVariableMap {
    /** That of the server, on every request of its website. */
    look?: Look;
  }
}

/**
 * The pages have no script, no frame and nothing from elsewhere, and their forms go to this server
 * only.
 */
const SECURITY_HEADERS = {
  "content-security-policy":
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  "x-frame-options": "DENY",
  "x-content-type-options": "nosniff",
  // Addresses here carry states and codes.
  "referrer-policy": "no-referrer",
  // A year, for this host alone: the rest of the domain is not ours. Ignored over http (RFC 6797).
  "strict-transport-security": "max-age=31536000",
  // No fragment of an address scrolls a button under the pointer, or puts the focus near one.
  "document-policy": "force-load-at-top",
};

/**
 * Clients in a browser open the sign-in in a separate window, which notifies their page through
 * `window.opener` at the end: a policy on the way would sever that for good.
 */
const KEEPS_OPENER = new Set(["/authorize", "/callback"]);

type PageInit = {
  readonly status?: 200 | 400 | 403 | 404 | 429 | 500 | 503;
  /** Additional headers (cookies, say); those that every page has win. */
  readonly headers?: HeadersInit;
  /**
   * How many seconds any cache may keep it. By default none may: most pages answer one person about one
   * request.
   */
  readonly publicForSeconds?: number;
};

/** Sends a page with the headers that every page here has. */
export function page(
  c: Context,
  body: JSX.Element,
  init: PageInit = {},
): Response | Promise<Response> {
  const headers = pageHeaders("text/html", init);
  if (!KEEPS_OPENER.has(c.req.path)) headers.set("cross-origin-opener-policy", "same-origin");
  const response = renderedWith(c.get("look") ?? {}, () => c.html(body, init.status ?? 200));
  if (response instanceof Promise) return response.then((done) => withHeaders(done, headers));
  return withHeaders(response, headers);
}

/** Sends a file that any cache may keep for as long as a front page. */
export function publicFile(body: string, mediaType: string, seconds: number): Response {
  return new Response(body, { headers: pageHeaders(mediaType, { publicForSeconds: seconds }) });
}

/** Sends a page in the form that agents read (RFC 7763), with the same headers. */
export function markdownPage(markdown: string, init: PageInit = {}): Response {
  const headers = pageHeaders("text/markdown", init);
  return new Response(markdown, { status: init.status ?? 200, headers });
}

function pageHeaders(mediaType: string, { headers: further, publicForSeconds }: PageInit): Headers {
  const headers = new Headers(further);
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) headers.set(name, value);
  headers.set(
    "cache-control",
    publicForSeconds === undefined ? "no-store" : `public, max-age=${publicForSeconds}`,
  );
  headers.set("content-type", `${mediaType}; charset=utf-8`);
  return headers;
}

function withHeaders(response: Response, headers: Headers): Response {
  return new Response(response.body, { status: response.status, headers });
}
