import { allowPage, escapeHtml, page } from "../local-servers/local-pages.ts";
import { type PersonId, people } from "../local-servers/people.ts";

/** Whose pages these are. */
export const WHOSE = "a local authorization server";

/** Sign-in and consent in one: see {@link allowPage}. */
export function consentPage(action: string, asking: string, scopes: readonly string[]): string {
  return allowPage(WHOSE, "Who is signing in?", { action, asking, scopes });
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
    WHOSE,
    "The orders API",
    `<p>A linked person lets Gatehouse use the orders API for them.</p>
<form method="post" action="/connections">
<fieldset>
<legend>Who is linked</legend>
${buttons.join("\n")}
</fieldset>
</form>`,
  );
}
