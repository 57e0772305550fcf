import type { Child } from "hono/jsx";

/** Schemes that would act in this page instead of leaving it. No client may register them. */
const NEVER_FOLLOWED = new Set([
  "javascript:",
  "data:",
  "blob:",
  "vbscript:",
  "file:",
  "about:",
  "view-source:",
  "filesystem:",
]);

/**
 * The way on from a page to an address that is not ours: an identity provider's, or a redirect URI.
 *
 * @param url absolute.
 * @throws TypeError if the url is relative, or of a scheme that must not be followed.
 */
export function OnwardLink({ url, children }: { url: string; children: Child }) {
  const { href, protocol } = new URL(url);
  if (NEVER_FOLLOWED.has(protocol)) throw new TypeError(`Refusing to go on to a ${protocol} URL`);
  return (
    <div class="actions">
      <a class="button primary" id="continue" href={href} rel="noreferrer">
        {children}
      </a>
    </div>
  );
}
