/** What programs reach by an address that people type or copy. */
const WITH_SLASH = /^(\/mcp|\/sse|\/sse\/message|\/\.well-known\/.+[^/])\/$/;

/**
 * The same request, of the address without a slash at its end where a program's address has one. People type
 * `…/mcp/`, and clients make the address of the metadata of it; a redirect would lose what some clients send (the body, or
 * the token). Of the protected resource there is one all the same, the one without.
 */
export function withoutTrailingSlash(request: Request): Request {
  const url = new URL(request.url);
  if (!WITH_SLASH.test(url.pathname)) return request;
  url.pathname = url.pathname.slice(0, -1);
  return new Request(url, request);
}
