import type { Page } from "playwright-core";
import { expect } from "vitest";
import type { Authorization, Client } from "./client.ts";
import { origin } from "./origin.ts";

/** The buttons and boxes of the pages, by the names that people and screen readers know. */
export const allow = (page: Page) => page.getByRole("button", { name: "Allow", exact: true });
export const signInFirst = (page: Page) => page.getByRole("button", { name: /^Sign in with/ });
export const deny = (page: Page) => page.getByRole("button", { name: "Deny" });
export const heading = (page: Page) => page.getByRole("heading", { level: 1 });
export const scopeBox = (page: Page, description: string) =>
  page.getByRole("checkbox", { name: description });

/** At the identity provider: signs in as one of its people. */
export async function signInAs(page: Page, name: "Alice" | "Bob"): Promise<void> {
  await page.getByRole("button", { name: new RegExp(name) }).click();
}

/** Opens an authorization request, and signs in if the browser is not yet: up to the consent page. */
export async function toConsent(page: Page, url: string, name: "Alice" | "Bob"): Promise<void> {
  await page.goto(url);
  if (await signInFirst(page).isVisible()) {
    await signInFirst(page).click();
    await signInAs(page, name);
  }
  await allow(page).waitFor();
}

/** Waits until the browser is back at the client. */
export async function backAt(page: Page, client: Client): Promise<URL> {
  await page.waitForURL(({ origin, pathname }) => origin + pathname === client.redirectUri);
  return new URL(page.url());
}

/** Waits for the client's answer to a request, and checks that it is an answer to that very one. */
export async function answerTo(
  authorization: Authorization,
  page: Page,
  client: Client,
): Promise<URLSearchParams> {
  const { searchParams } = await backAt(page, client);
  expect(searchParams.get("state")).toBe(authorization.state);
  expect(searchParams.get("iss")).toBe(origin());
  return searchParams;
}

/** Waits for the code that answers a request. */
export async function codeFor(
  authorization: Authorization,
  page: Page,
  client: Client,
): Promise<string> {
  const answer = await answerTo(authorization, page, client);
  expect(answer.get("error")).toBeNull();
  return answer.get("code") ?? "";
}

/** Lets the page that goes on at once stay, as where a browser asks before it follows a refresh. */
export async function withoutRefresh(page: Page): Promise<void> {
  await page.route("**/authorize", async (route) => {
    const response = await route.fetch();
    const body = (await response.text()).replace(/<meta http-equiv="refresh"[^>]*>/, "");
    await route.fulfill({ response, body });
  });
}

/** Connects a client of this name for a person, up to its tokens. */
export async function connect(page: Page, client: Client, person: "Alice" | "Bob", name: string) {
  const authorization = await client.authorize({ client_name: name });
  await page.context().clearCookies();
  await toConsent(page, authorization.url, person);
  await allow(page).click();
  return client.exchange(authorization, await codeFor(authorization, page, client));
}

/** Signs in with the browser alone, and waits for the list of what the person connected. */
export async function openConnections(page: Page, person: "Alice" | "Bob"): Promise<void> {
  await page.context().clearCookies();
  await page.goto(`${origin()}/connections`);
  await page.getByRole("link", { name: /^Sign in with/ }).click();
  await signInAs(page, person);
  await page.waitForURL("**/connections");
}
