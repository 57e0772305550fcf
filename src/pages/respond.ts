import type { Context } from "hono";
import type { JSX } from "hono/jsx/jsx-runtime";

/**
 * The pages have no script, no frame and nothing from elsewhere, and a form of theirs goes to this
 * server only. They answer to one person about one request, so no cache may keep them.
 */
const SECURITY_HEADERS = {
  "content-security-policy":
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  "x-frame-options": "DENY",
  "x-content-type-options": "nosniff",
  // Addresses here carry states and codes.
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
};

/**
 * Sends a page with the headers that every page here has.
 *
 * @param init `headers` may add to them (cookies, say); those above win.
 */
export function page(
  c: Context,
  body: JSX.Element,
  init: { status?: 200 | 400 | 403 | 404 | 429 | 500; headers?: Headers } = {},
): Response | Promise<Response> {
  const headers = new Headers(init.headers);
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) headers.set(name, value);
  const response = c.html(body, init.status ?? 200);
  if (response instanceof Promise) return response.then((done) => withHeaders(done, headers));
  return withHeaders(response, headers);
}

function withHeaders(response: Response, headers: Headers): Response {
  headers.set("content-type", "text/html; charset=utf-8");
  return new Response(response.body, { status: response.status, headers });
}
