/** Endpoints with an address that people type or copy. */
const WITH_SLASH = /^(\/mcp|\/sse|\/sse\/message|\/\.well-known\/.+[^/])\/$/;

/**
 * The same request without the trailing slash of a program's address. People type `…/mcp/`, and clients derive the
 * metadata's address from it; a redirect would lose what some clients send (the body, or the token). There is still only
 * one protected resource, without the slash.
 */
export function withoutTrailingSlash(request: Request): Request {
  const url = new URL(request.url);
  if (!WITH_SLASH.test(url.pathname)) return request;
  url.pathname = url.pathname.slice(0, -1);
  return new Request(url, request);
}
