/**
 * Whether a page of another site sent this request from somebody's browser. MCP servers must refuse
 * those, against DNS rebinding and scripts of strangers (MCP, transports: security warning).
 *
 * Apps on the desktop send an origin as well, of a scheme of their own: `vscode-webview://…`,
 * `app://obsidian.md`, `tauri://localhost`, `file://`, `chrome-extension://…`. Only what a person has installed
 * can have one: a browser gives a page from the web an origin of http or https, or `null`. They may call; they
 * need a token like everybody else. `null` stays foreign, as any page gets it from a sandboxed frame, and an
 * operator who needs it lists it in ALLOWED_ORIGINS.
 *
 * @param allowedOrigins the sites, besides this one, whose scripts may call (ALLOWED_ORIGINS).
 */
export function isForeignOrigin(request: Request, allowedOrigins: ReadonlySet<string>): boolean {
  const origin = request.headers.get("origin");
  if (origin === null || origin === new URL(request.url).origin) return false;
  return !isOfApp(origin) && !allowedOrigins.has(origin);
}

/** Schemes by which something of the web is loaded, also from within a page. */
const WEB_SCHEMES = ["http", "https", "ws", "wss", "ftp", "data", "blob", "about", "javascript"];

function isOfApp(origin: string): boolean {
  const [, scheme] = /^([a-z][a-z0-9+.-]*):\/\/[^/?#\s]*$/i.exec(origin) ?? [];
  return scheme !== undefined && !WEB_SCHEMES.includes(scheme.toLowerCase());
}
