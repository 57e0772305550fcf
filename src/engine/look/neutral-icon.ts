import { html } from "hono/html";
import { initialOf, type Look } from "./look";

/** The icon of a server without one of its own: the first letter of its name, in its colours. An SVG document. */
export function neutralIcon(name: string, { colors }: Look) {
  const { accent = "#0f5459", onAccent = "#ffffff" } = colors?.light ?? {};
  return html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="${accent}"/><text x="16" y="23" text-anchor="middle" font-family="system-ui,sans-serif" font-size="20" font-weight="600" fill="${onAccent}">${initialOf(name)}</text></svg>`;
}
