import type { PersonId } from "../local-servers/people.ts";
import type { HtmlForm } from "./html-page.ts";
import { type Arrival, type FormInput, ScriptlessBrowser } from "./scriptless-browser.ts";

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
 * Walks through a person's sign-in from a client's authorization URL to the client's redirect URI: local identity
 * provider, consent page, back. It uses fetch, without script.
 *
 * @returns where the browser would be sent at the end, with `code` or `error`. It is not fetched.
 * @throws Error that quotes what the person would have seen, if a page is not the one expected
 */
export async function signIn(authorizationUrl: string | URL, options: SignInOptions): Promise<URL> {
  const { decision = "approve", scopes } = options;
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

  const denial = { press: { name: "decision", value: "deny" } };
  let shown: ShownPage = first;
  if (hasButton(shown, "decision", "sign-in")) {
    if (decision === "deny") {
      return (await decide(browser, shown, denial)).onward;
    }
    const begun = await decide(browser, shown, { press: { name: "decision", value: "sign-in" } });
    if (isSamePlace(begun.onward, redirectUri)) return begun.onward;
    signInOrigins.add(begun.onward.origin);
    const back = await atProvider(browser, begun.onward, options);
    if (back.kind === "left") return back.address;
    shown = back;
  }

  requireScopes(shown, formWithButton(shown, "decision", "the consent page"), scopes);
  const consent =
    decision === "deny"
      ? denial
      : { press: { name: "decision", value: "approve" }, ...(scopes && { tick: scopes }) };
  const { onward } = await decide(browser, shown, consent);
  if (decision === "deny" || isSamePlace(onward, redirectUri)) return onward;
  // For the tokens that tools need, or because they signed in longer ago.
  signInOrigins.add(onward.origin);
  const end = await atProvider(browser, onward, options);
  if (end.kind === "page") throw unexpected(end, "a redirect to the client");
  return end.address;
}

/** Presses a button of a page about an authorization request. @returns where it leads on. */
async function decide(
  browser: ScriptlessBrowser,
  shown: ShownPage,
  input: FormInput,
): Promise<{ onward: URL }> {
  const form = formWithButton(shown, "decision", "the consent page");
  const decided = await browser.submit(form, input, shown.address);
  if (decided.kind === "left") return { onward: decided.address };
  const onward = decided.page.links.get("continue");
  if (decided.status !== 200 || onward === undefined) {
    throw unexpected(decided, 'a page with the link id="continue"');
  }
  return { onward };
}

async function atProvider(
  browser: ScriptlessBrowser,
  address: URL,
  options: SignInOptions,
): Promise<Arrival> {
  const login = await browser.open(address);
  return login.kind === "left" ? login : pressPerson(browser, login, options);
}

/** The page of the local identity provider, or of the local authorization server, which has scopes to tick. */
async function choosePerson(
  browser: ScriptlessBrowser,
  login: ShownPage,
  options: SignInOptions,
): Promise<URL> {
  const { scopes } = options;
  requireScopes(login, formWithButton(login, "person", "the sign-in page"), scopes);
  const end = await pressPerson(browser, login, options, scopes);
  if (end.kind === "page") throw unexpected(end, "a redirect to the client");
  return end.address;
}

async function pressPerson(
  browser: ScriptlessBrowser,
  login: ShownPage,
  { person, decision }: SignInOptions,
  scopes?: readonly string[],
): Promise<Arrival> {
  const loginForm = formWithButton(login, "person", "the sign-in page");
  const press =
    decision === undefined || decision === "approve"
      ? { name: "person", value: person }
      : { name: "cancel", value: "yes" };
  if (!loginForm.buttons.some(({ name, value }) => name === press.name && value === press.value)) {
    throw unexpected(login, `a sign-in page with the button ${press.name} = ${press.value}`);
  }
  return browser.submit(loginForm, { press, ...(scopes && { tick: scopes }) }, login.address);
}

function hasButton({ page }: ShownPage, name: string, value: string): boolean {
  return page.forms.some(({ buttons }) =>
    buttons.some((button) => button.name === name && button.value === value),
  );
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
