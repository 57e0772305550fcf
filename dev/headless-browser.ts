import { createCookieJar } from "./cookie-jar.ts";
import { type HtmlForm, type HtmlPage, readHtmlPage } from "./html-page.ts";
import type { PersonId } from "./people.ts";

/** What the person at the browser does. */
export type Choice = {
  person: PersonId;
  /**
   * `approve` allows the client and signs in; `deny` refuses on the consent page; `cancel` allows, and
   * then turns back at the identity provider. `approve` unless told.
   */
  decision?: "approve" | "deny" | "cancel";
  /** Which of the scopes on the consent page are allowed; all of them unless told. */
  scopes?: readonly string[];
};

export type Visit = {
  /** The client's redirect URI with its answer: a code or an error. It has not been requested. */
  redirect: URL;
  /** What each page on the way said, in order. */
  pages: readonly string[];
};

export type HeadlessBrowser = {
  /**
   * Opens an authorization URL and does what a person would: answers the consent page, chooses who to be
   * at the local identity provider, and follows until the client's redirect URI is reached.
   *
   * @throws Error when a page is not as expected (an error page, say), with what the page says.
   */
  authorize(authorizationUrl: URL, choice: Choice): Promise<Visit>;
};

const maxSteps = 20;
const pageTimeoutMs = 20_000;

/** A browser without a screen, for pages of Gatehouse and its local identity provider. Keeps cookies. */
export function createHeadlessBrowser(): HeadlessBrowser {
  const cookies = createCookieJar();

  async function request(url: URL, body?: URLSearchParams, from?: URL): Promise<Response> {
    const headers = new Headers({ Accept: "text/html" });
    const cookie = cookies.headerFor(url);
    if (cookie !== "") headers.set("Cookie", cookie);
    if (from !== undefined) headers.set("Origin", from.origin);
    const response = await fetch(url, {
      method: body === undefined ? "GET" : "POST",
      body: body ?? null,
      headers,
      redirect: "manual",
      signal: AbortSignal.timeout(pageTimeoutMs),
    });
    cookies.keep(url, response);
    return response;
  }

  return {
    async authorize(authorizationUrl, choice) {
      const target = redirectUriOf(authorizationUrl);
      const pages: string[] = [];
      let url = authorizationUrl;
      let response = await request(url);
      for (let step = 0; step < maxSteps; step++) {
        const location = response.headers.get("Location");
        let next = location;
        if (location === null) {
          const page = readHtmlPage(await response.text());
          pages.push(page.text);
          if (!response.ok) throw unexpected(url, response.status, page);
          if (page.refresh === undefined && page.form !== undefined) {
            const action = new URL(page.form.action, url);
            response = await request(action, answer(page.form, choice, url), url);
            url = action;
            continue;
          }
          if (page.refresh === undefined) throw unexpected(url, response.status, page);
          next = page.refresh;
        } else {
          await response.body?.cancel();
        }
        url = new URL(next ?? "", url);
        if (isSameAddress(url, target)) return { redirect: url, pages };
        response = await request(url);
      }
      throw new Error(
        `The sign-in has not ended after ${maxSteps} steps; it got to ${url.origin}.`,
      );
    },
  };
}

function redirectUriOf(authorizationUrl: URL): URL {
  const redirectUri = authorizationUrl.searchParams.get("redirect_uri");
  if (redirectUri !== null && URL.canParse(redirectUri)) return new URL(redirectUri);
  throw new Error(
    `${authorizationUrl.origin} was to be opened without a redirect_uri to come back to.`,
  );
}

function isSameAddress(url: URL, target: URL): boolean {
  return (
    url.protocol === target.protocol && url.host === target.host && url.pathname === target.pathname
  );
}

function unexpected(url: URL, status: number, page: HtmlPage): Error {
  return new Error(`${url.origin}${url.pathname} answered with status ${status}: ${page.text}`);
}

/** Which button the person presses, and what else the form then sends. */
function answer(form: HtmlForm, choice: Choice, url: URL): URLSearchParams {
  const decision = choice.decision ?? "approve";
  const isConsent = form.controls.some(({ name }) => name === "decision");
  const [name, value] = isConsent
    ? ["decision", decision === "deny" ? "deny" : "approve"]
    : decision === "cancel"
      ? ["cancel", "yes"]
      : ["person", choice.person];
  const fields = new URLSearchParams();
  for (const control of form.controls) {
    const isTicked =
      control.type === "checkbox" && (choice.scopes?.includes(control.value) ?? true);
    const isPressed = control.tag === "button" && control.name === name && control.value === value;
    if (control.type === "hidden" || isTicked || isPressed) {
      fields.append(control.name, control.value);
    }
  }
  if (!fields.has(name)) {
    throw new Error(`The form at ${url.origin}${url.pathname} has no button ${name}=${value}.`);
  }
  return fields;
}
