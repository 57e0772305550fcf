import { allowPage, escapeHtml, page } from "../identity-provider-pages.ts";

const about = `This is a local stand-in for Cloudflare, for development only. It runs on your machine,
asks for no password, and knows nobody but the two made-up people of the examples.`;

/** Sign-in and consent in one: see {@link allowPage}. */
export function consentPage(action: string, asking: string, scopes: readonly string[]): string {
  return allowPage("Allow access to Cloudflare?", { action, asking, scopes }, about);
}

/** Says why nobody can sign in. */
export function refusalPage(error: string, description: string): string {
  return page(
    "Signing in did not work",
    `<p>${escapeHtml(description)} <small>(${escapeHtml(error)})</small></p>`,
    about,
  );
}
