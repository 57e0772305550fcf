import { escapeHtml, page, personButtons } from "./identity-provider-pages.ts";
import { type PersonId, people } from "./people.ts";

const about = `This is a local authorization server, for development only. It runs on your machine,
asks for no password, and knows nobody but the two made-up people of the examples.`;

/** Sign-in and consent in one. Posts `person` (an id) with the ticked `scope`s, or `cancel`, to `action`. */
export function consentPage(action: string, clientName: string, scopes: readonly string[]): string {
  const boxes = scopes.map(
    (scope) =>
      `<label><input type="checkbox" name="scope" value="${escapeHtml(scope)}" checked> <code>${escapeHtml(scope)}</code></label>`,
  );
  return page(
    "Who is signing in?",
    `<p><strong>${escapeHtml(clientName)}</strong> asks for access. Choosing a person allows what is ticked.</p>
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

/** Who has allowed Gatehouse to use the orders API for them. */
export function linksPage(linked: ReadonlySet<PersonId>): string {
  const buttons = people.map(({ id, name }) => {
    const [action, text] = linked.has(id)
      ? ["unlink", "is linked; choose to unlink"]
      : ["link", "is not linked; choose to link"];
    return `<button type="submit" name="${action}" value="${id}">${escapeHtml(name)} <small>${text}</small></button>`;
  });
  return page(
    "The orders API",
    `<p>A linked person lets Gatehouse use the orders API for them.</p>
<form method="post" action="/connections">
<fieldset>
<legend>Who is linked</legend>
${buttons.join("\n")}
</fieldset>
</form>`,
    about,
  );
}
