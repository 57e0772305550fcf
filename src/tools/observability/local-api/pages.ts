import { allowPage, errorPage } from "../../../../dev/local-servers/local-pages.ts";

/** The server that these pages name. */
const WHOSE = "a local stand-in for Cloudflare";

/** Sign-in and consent in one: see {@link allowPage}. */
export function consentPage(action: string, asking: string, scopes: readonly string[]): string {
  return allowPage(WHOSE, "Allow access to Cloudflare?", { action, asking, scopes });
}

/** Says why nobody can sign in: see {@link errorPage}. */
export function refusalPage(error: string, description: string): string {
  return errorPage(WHOSE, error, description);
}
