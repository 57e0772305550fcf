import { escapeHtml, page, personButtons } from "../identity-provider-pages.ts";

const about = `This is a local stand-in for Cloudflare, for development only. It runs on your machine,
asks for no password, and knows nobody but the two made-up people of the examples.`;

/** Sign-in and consent in one. Posts `person` (an id) with the ticked `scope`s, or `cancel`, to `action`. */
export function allowPage(action: string, clientHost: string, scopes: readonly string[]): string {
  const boxes = scopes.map(
    (scope) =>
      `<label><input type="checkbox" name="scope" value="${escapeHtml(scope)}" checked> <code>${escapeHtml(scope)}</code></label>`,
  );
  return page(
    "Allow access to Cloudflare?",
    `<p><strong>${escapeHtml(clientHost)}</strong> asks for access. Choosing a person allows what is ticked.</p>
<form method="post" action="${escapeHtml(action)}">
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
    about,
  );
}

/** Says why nobody can sign in. */
export function refusalPage(error: string, description: string): string {
  return page(
    "Signing in did not work",
    `<p>${escapeHtml(description)} <small>(${escapeHtml(error)})</small></p>`,
    about,
  );
}
