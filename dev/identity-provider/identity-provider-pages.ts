import { escapeHtml, page, personButtons } from "../local-servers/local-pages.ts";

/** The server that these pages name. */
export const WHOSE = "Gatehouse’s local identity provider";

/** Lets the person choose who to be. Posts `person` (an id) or `cancel` to `action`. */
export function chooserPage(action: string, clientHost: string): string {
  return page(
    WHOSE,
    "Who is signing in?",
    `<p>To continue to <strong>${escapeHtml(clientHost)}</strong>.</p>
<form method="post" action="${escapeHtml(action)}">
<fieldset>
<legend>Choose a person</legend>
${personButtons()}
</fieldset>
<button type="submit" class="cancel" name="cancel" value="yes">Cancel</button>
</form>`,
  );
}
