/**
 * Safari keeps no `Secure` cookie that came over http, not even of localhost, so that nobody could sign in
 * at a developer's own server with it. There, and only there, cookies go without `Secure`, and so without
 * the prefix that demands it (`__Host-`, RFC 6265bis); the server inside knows them by their usual names.
 */
const PREFIX = "__Host-";
const LOCAL_PREFIX = "loopback-";

/** @param request over http, which is a loopback address's alone. */
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
