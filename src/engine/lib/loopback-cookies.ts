/**
 * Safari accepts no `Secure` cookie over http, not even from localhost, so nobody could use it to sign in at
 * a developer's own server. There, and only there, cookies are sent without `Secure`, and so without
 * the prefix that requires it (`__Host-`, RFC 6265bis); the server inside knows them by their usual names.
 */
const PREFIX = "__Host-";
const LOCAL_PREFIX = "loopback-";

/** @param request over http, which only a loopback address has. */
export function fromLoopback(request: Request): Request {
  const cookies = request.headers.get("cookie");
  if (cookies === null || !cookies.includes(LOCAL_PREFIX)) return request;
  const named = cookies
    .split("; ")
    .map((cookie) =>
      cookie.startsWith(LOCAL_PREFIX) ? PREFIX + cookie.slice(LOCAL_PREFIX.length) : cookie,
    );
  const headers = new Headers(request.headers);
  headers.set("cookie", named.join("; "));
  return new Request(request, { headers });
}

/** @param response to such a request. */
export function toLoopback(response: Response): Response {
  const cookies = response.headers.getSetCookie();
  if (cookies.length === 0) return response;
  const headers = new Headers(response.headers);
  headers.delete("set-cookie");
  for (const cookie of cookies) {
    const name = cookie.startsWith(PREFIX) ? LOCAL_PREFIX + cookie.slice(PREFIX.length) : cookie;
    headers.append("set-cookie", name.replace(/;\s*secure(?=;|$)/i, ""));
  }
  return new Response(response.body, { status: response.status, headers });
}
