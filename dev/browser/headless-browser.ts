import type { PersonId } from "../local-servers/people.ts";
import type { HtmlForm } from "./html-page.ts";
import { type Arrival, ScriptlessBrowser } from "./scriptless-browser.ts";

/** Who signs in, and what they decide on the way. */
export interface SignInOptions {
  /** Someone the local identity provider knows. */
  person: PersonId;
  /** Default: `approve`. */
  decision?: "approve" | "deny" | "cancel-at-provider";
  /** The scopes to tick on the consent page, and no others. Default: those ticked beforehand. */
  scopes?: readonly string[];
  /** How addresses are reached. Default: over the network. */
  fetch?: typeof fetch;
}

type ShownPage = Extract<Arrival, { kind: "page" }>;

/**
 * Walks through a person's sign-in from a client's authorization URL to the client's redirect URI: consent page,
 * local identity provider, back. It uses fetch, without script.
 *
 * @returns where the browser would be sent at the end, with `code` or `error`. It is not fetched.
 * @throws Error that quotes what the person would have seen, if a page is not the one expected
 */
export async function signIn(authorizationUrl: string | URL, options: SignInOptions): Promise<URL> {
  const { person, decision = "approve", scopes } = options;
  const start = new URL(authorizationUrl);
  const redirectUri = start.searchParams.get("redirect_uri");
  const signInOrigins = new Set([start.origin]);
  // A client's redirect URI may be anywhere, even on this server; the walk stops at every other foreign address
  // too, so that only the server and its identity provider are ever fetched.
  const browser = new ScriptlessBrowser(
    (address) => isSamePlace(address, redirectUri) || !signInOrigins.has(address.origin),
    options.fetch,
  );

  const first = await browser.open(start);
  if (first.kind === "left") return first.address;
  // An authorization server of its own asks for everything on one page.
  const isOnePage = first.page.forms.some(({ buttons }) =>
    buttons.some(({ name }) => name === "person"),
  );
  if (isOnePage) return choosePerson(browser, first, options);

  const consentForm = formWithButton(first, "decision", "the consent page");
  requireScopes(first, consentForm, scopes);
  const decided = await browser.submit(
    consentForm,
    {
      press: { name: "decision", value: decision === "deny" ? "deny" : "approve" },
      ...(scopes && { tick: scopes }),
    },
    first.address,
  );
  if (decided.kind === "left") return decided.address;
  const onward = decided.page.links.get("continue");
  if (decided.status !== 200 || onward === undefined) {
    throw unexpected(decided, 'a page with the link id="continue"');
  }
  if (decision === "deny" || isSamePlace(onward, redirectUri)) return onward;

  signInOrigins.add(onward.origin);
  const login = await browser.open(onward);
  if (login.kind === "left") return login.address;
  return choosePerson(browser, login, { person, decision });
}

/** The page of the local identity provider, or of the local authorization server, which has scopes to tick. */
async function choosePerson(
  browser: ScriptlessBrowser,
  login: ShownPage,
  { person, decision, scopes }: SignInOptions,
): Promise<URL> {
  const loginForm = formWithButton(login, "person", "the sign-in page");
  requireScopes(login, loginForm, scopes);
  const press =
    decision === undefined || decision === "approve"
      ? { name: "person", value: person }
      : { name: "cancel", value: "yes" };
  if (!loginForm.buttons.some(({ name, value }) => name === press.name && value === press.value)) {
    throw unexpected(login, `a sign-in page with the button ${press.name} = ${press.value}`);
  }
  const end = await browser.submit(
    loginForm,
    { press, ...(scopes && { tick: scopes }) },
    login.address,
  );
  if (end.kind === "page") throw unexpected(end, "a redirect to the client");
  return end.address;
}

function requireScopes(shown: ShownPage, form: HtmlForm, scopes: readonly string[] = []): void {
  for (const scope of scopes) {
    if (!form.checkboxes.some(({ name, value }) => name === "scope" && value === scope)) {
      throw unexpected(shown, `a consent page that offers the scope ${scope}`);
    }
  }
}

function formWithButton(shown: ShownPage, button: string, expected: string): HtmlForm {
  const form = shown.page.forms.find(({ buttons }) => buttons.some(({ name }) => name === button));
  if (shown.status !== 200 || form === undefined) throw unexpected(shown, expected);
  return form;
}

/** Whether an address is the redirect URI, apart from the answer added to its query. */
function isSamePlace(address: URL, redirectUri: string | null): boolean {
  if (redirectUri === null || !URL.canParse(redirectUri)) return false;
  const { protocol, host, pathname } = new URL(redirectUri);
  return address.protocol === protocol && address.host === host && address.pathname === pathname;
}

const MAX_QUOTED_LENGTH = 600;

function unexpected({ address, status, page }: ShownPage, expected: string): Error {
  const text = page.text.slice(0, MAX_QUOTED_LENGTH);
  // The query stays out of it: codes and states travel there.
  return new Error(
    `Expected ${expected}, but ${address.origin}${address.pathname} answered ${status} with ` +
      `“${page.title}” / “${page.heading}”: ${text || "(an empty page)"}`,
  );
}
