/**
 * Lets the script that sent a request read its answer, as workers-oauth-provider does for the OAuth
 * endpoints: clients that run in a browser register and get tokens from there. No cookie counts at
 * those endpoints, so any origin may.
 */
export function readableByScripts(response: Response, request: Request): Response {
  const origin = request.headers.get("origin");
  if (origin !== null) {
    response.headers.set("access-control-allow-origin", origin);
    response.headers.set("access-control-expose-headers", "Retry-After");
    response.headers.append("vary", "Origin");
  }
  return response;
}
