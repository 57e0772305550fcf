/**
 * Whether a page of another site sent this request from somebody's browser. MCP servers must refuse
 * those, against DNS rebinding and scripts of strangers (MCP, transports: security warning).
 *
 * @param allowedOrigins the sites, besides this one, whose scripts may call (ALLOWED_ORIGINS).
 */
export function isForeignOrigin(request: Request, allowedOrigins: ReadonlySet<string>): boolean {
  const origin = request.headers.get("origin");
  return origin !== null && origin !== new URL(request.url).origin && !allowedOrigins.has(origin);
}
