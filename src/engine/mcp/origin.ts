/**
 * Whether another site's page sent this request from somebody's browser. MCP servers must refuse
 * those, against DNS rebinding and strangers' scripts (MCP, transports: security warning).
 *
 * Desktop apps send an origin as well, with a scheme of their own: `vscode-webview://…`,
 * `app://obsidian.md`, `tauri://localhost`, `file://`, `chrome-extension://…`. Only installed software can have
 * one: a browser gives a page from the web an origin of http or https, or `null`. They may call; they
 * need a token like everybody else. `null` stays foreign, because any page can get it with a sandboxed frame;
 * an operator who needs it lists it in ALLOWED_ORIGINS.
 *
 * @param allowedOrigins the sites, besides this one, that may call from a script (ALLOWED_ORIGINS).
 */
export function isForeignOrigin(request: Request, allowedOrigins: ReadonlySet<string>): boolean {
  const origin = request.headers.get("origin");
  if (origin === null || origin === new URL(request.url).origin) return false;
  return !isOfApp(origin) && !allowedOrigins.has(origin);
}

/** Schemes that load web content, including those used within a page. */
const WEB_SCHEMES = ["http", "https", "ws", "wss", "ftp", "data", "blob", "about", "javascript"];

function isOfApp(origin: string): boolean {
  const [, scheme] = /^([a-z][a-z0-9+.-]*):\/\/[^/?#\s]*$/i.exec(origin) ?? [];
  return scheme !== undefined && !WEB_SCHEMES.includes(scheme.toLowerCase());
}
