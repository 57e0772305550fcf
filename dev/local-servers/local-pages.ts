import { createHash } from "node:crypto";
import { people } from "./people.ts";

const style = `
:root { color-scheme: light dark; --ground: #eef0f4; --card: #fff; --line: #c9ced8; --text: #1b2130; --quiet: #566074; --accent: #2d4a9e; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #11141b; --card: #1b202b; --line: #3a4252; --text: #e8ebf2; --quiet: #a4aec0; --accent: #9db4ff; }
}
* { box-sizing: border-box; }
body { margin: 0; padding: clamp(1rem, 6vw, 5rem) 1rem; background: var(--ground); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 26rem; margin: auto; padding: 1.5rem; background: var(--card); border: 1px solid var(--line); border-radius: .75rem; overflow-wrap: anywhere; }
h1 { margin: 0 0 .5rem; font-size: 1.35rem; line-height: 1.25; }
p { margin: 0 0 1rem; }
fieldset { display: grid; gap: .5rem; margin: 0 0 .5rem; padding: 0; border: 0; }
legend { padding: 0; margin-bottom: .5rem; font-weight: 600; }
button { width: 100%; min-height: 3rem; padding: .5rem 1rem; font: inherit; text-align: start; color: inherit; background: none; border: 1px solid var(--line); border-radius: .5rem; cursor: pointer; }
button:hover { border-color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
button small { display: block; color: var(--quiet); }
button.cancel { text-align: center; }
.note { margin: 1rem 0 0; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--quiet); font-size: .875rem; }
`;

/** The headers that every page is sent with. */
export const pageHeaders = {
  "Content-Type": "text/html; charset=utf-8",
  "Cache-Control": "no-store",
  "Content-Security-Policy": [
    "default-src 'none'",
    `style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'`,
    // No form-action: it would also govern the redirects after the form, and the last of them goes to
    // an MCP client, at an address that is not known here.
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join("; "),
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

/** Makes text safe in HTML, also inside a quoted attribute. */
export function escapeHtml(text: string): string {
  const entities: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
  };
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
}

/**
 * A whole page of a server for development.
 *
 * @param whose the server, as the page's note has it: "a local authorization server".
 */
export function page(whose: string, title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${content}
<p class="note">This is ${whose}, for development only. It runs on your machine, asks for no password,
and knows nobody but the two made-up people of the examples.</p>
</main>
</body>
</html>
`;
}

/** A button for each person. */
export function personButtons(): string {
  const buttons = people.map(
    ({ id, name, email }) =>
      `<button type="submit" name="person" value="${id}">${escapeHtml(name)} <small>${escapeHtml(email)}</small></button>`,
  );
  return buttons.join("\n");
}

/**
 * Sign-in and consent in one. Posts `person` (an id) with the ticked `scope`s, or `cancel`, to `action`.
 *
 * @param asking the client, as people know it.
 */
export function allowPage(
  whose: string,
  title: string,
  request: { action: string; asking: string; scopes: readonly string[] },
): string {
  const boxes = request.scopes.map(
    (scope) =>
      `<label><input type="checkbox" name="scope" value="${escapeHtml(scope)}" checked> <code>${escapeHtml(scope)}</code></label>`,
  );
  return page(
    whose,
    title,
    `<p><strong>${escapeHtml(request.asking)}</strong> asks for access. Choosing a person allows what is ticked.</p>
<form method="post" action="${escapeHtml(request.action)}">
<fieldset>
<legend>What it may do</legend>
${boxes.join("\n")}
</fieldset>
<fieldset>
<legend>Allow it as</legend>
${personButtons()}
</fieldset>
<button type="submit" class="cancel" name="cancel" value="yes">Cancel</button>
</form>`,
  );
}

/** Says why somebody cannot continue. @param error its code, such as `invalid_request`. */
export function errorPage(whose: string, error: string, description: string): string {
  return page(
    whose,
    "Signing in did not work",
    `<p>${escapeHtml(description)} <small>(${escapeHtml(error)})</small></p>
<p>Go back to where you came from, and start again there.</p>`,
  );
}
