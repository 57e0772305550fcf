import { allowPage, escapeHtml, page } from "../local-servers/local-pages.ts";
import { type PersonId, people } from "../local-servers/people.ts";

/** The server that these pages name. */
export const WHOSE = "a local authorization server";

/** Sign-in and consent in one: see {@link allowPage}. */
export function consentPage(action: string, asking: string, scopes: readonly string[]): string {
  return allowPage(WHOSE, "Who is signing in?", { action, asking, scopes });
}

/**
 * Who has allowed Gatehouse to use the APIs for them.
 *
 * @param apis what people call them, such as `the orders API`.
 */
export function linksPage(linked: ReadonlySet<PersonId>, apis: readonly string[]): string {
  const names = apis.join(" and ") || "no API";
  const buttons = people.map(({ id, name }) => {
    const [action, text] = linked.has(id)
      ? ["unlink", "is linked; choose to unlink"]
      : ["link", "is not linked; choose to link"];
    return `<button type="submit" name="${action}" value="${id}">${escapeHtml(name)} <small>${text}</small></button>`;
  });
  return page(
    WHOSE,
    "Linked APIs",
    `<p>A linked person lets Gatehouse use ${escapeHtml(names)} for them.</p>
<form method="post" action="/connections">
<fieldset>
<legend>Who is linked</legend>
${buttons.join("\n")}
</fieldset>
</form>`,
  );
}
