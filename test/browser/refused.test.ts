import type { Page } from "playwright-core";
import { describe, expect, inject } from "vitest";
import type { Authorization, Client } from "./client.ts";
import { it } from "./fixtures.ts";
import { allow, backAt, heading, signInAs, signInFirst, toConsent } from "./person.ts";

const goBack = (page: Page) => page.getByRole("link", { name: "Go back to the app" });

/** Signs in as somebody who is not let in. */
async function signInAsBob(page: Page, client: Client): Promise<Authorization> {
  const authorization = await client.authorize();
  await page.goto(authorization.url);
  await signInFirst(page).click();
  await signInAs(page, "Bob");
  await heading(page).filter({ hasText: "This account may not use Gatehouse" }).waitFor();
  return authorization;
}

/** What the client is told, which must be the refusal of that very request. */
async function expectRefusal(authorization: Authorization, page: Page, client: Client) {
  const { searchParams } = await backAt(page, client);
  expect(Object.fromEntries(searchParams)).toEqual({
    error: "access_denied",
    error_description: "This account may not use this server",
    state: authorization.state,
    iss: inject("selectiveOrigin"),
  });
}

describe.each([
  ["with JavaScript", { javaScriptEnabled: true }],
  ["without JavaScript", { javaScriptEnabled: false }],
])("a browser %s", (_which, options) => {
  it("shows a person who is not let in why, and takes that to the client", async ({
    openBrowser,
    selectiveClient,
  }) => {
    const page = await openBrowser(options);
    const authorization = await signInAsBob(page, selectiveClient);
    const shown = await page.getByRole("main").innerText();
    expect(shown).toContain("Bob Example");
    expect(shown).toContain("bob@example.com");
    expect(shown).not.toContain("alice");
    await goBack(page).click();
    await expectRefusal(authorization, page, selectiveClient);
  });
});

it("lets in who is on the list", async ({ openBrowser, selectiveClient }) => {
  const page = await openBrowser();
  const authorization = await selectiveClient.authorize();
  await toConsent(page, authorization.url, "Alice");
  await allow(page).click();
  const { searchParams } = await backAt(page, selectiveClient);
  await selectiveClient.exchange(authorization, searchParams.get("code") ?? "");
});

it("stays until the person goes on, which works by keyboard", async ({
  openBrowser,
  selectiveClient,
}) => {
  const page = await openBrowser();
  const authorization = await signInAsBob(page, selectiveClient);
  expect(await page.locator("meta[http-equiv]").count()).toBe(0);
  await page.keyboard.press("Tab");
  expect(await page.evaluate("document.activeElement.textContent")).toBe("Go back to the app");
  await page.keyboard.press("Enter");
  await expectRefusal(authorization, page, selectiveClient);
});

it("has nothing more to say when it is loaded again", async ({ openBrowser, selectiveClient }) => {
  const page = await openBrowser();
  await signInAsBob(page, selectiveClient);
  await page.reload();
  await heading(page).filter({ hasText: "This page has expired" }).waitFor();
});
