import type { Page } from "playwright-core";
import { expect } from "vitest";
import { it } from "./fixtures.ts";
import { origin } from "./origin.ts";
import {
  allow,
  codeFor,
  deny,
  heading,
  signInAs,
  signInFirst,
  toConsent,
  withoutRefresh,
} from "./person.ts";

/** The page that tells it to a person, and no redirect to anywhere. */
async function expectExpired(page: Page): Promise<void> {
  await heading(page).filter({ hasText: "This page has expired" }).waitFor();
  expect(page.url()).toBe(`${origin()}/authorize`);
  expect(await page.getByRole("main").ariaSnapshot()).toContain("Nothing was allowed");
  expect(await page.getByRole("main").getByRole("link").count()).toBe(0);
}

it("a page whose cookie is gone has expired", async ({ openBrowser, client }) => {
  const page = await openBrowser();
  await toConsent(page, (await client.authorize()).url, "Alice");
  await page.context().clearCookies();
  await allow(page).click();
  await expectExpired(page);
});

it("a page without its cookie cannot deny for somebody else either", async ({
  openBrowser,
  client,
}) => {
  const page = await openBrowser();
  await toConsent(page, (await client.authorize()).url, "Alice");
  await page.context().clearCookies();
  await deny(page).click();
  await expectExpired(page);
});

it("a sign-in that is begun again by reloading has expired", async ({ openBrowser, client }) => {
  const page = await openBrowser();
  await page.goto((await client.authorize()).url);
  await withoutRefresh(page);
  await signInFirst(page).click();
  await heading(page).filter({ hasText: "One moment" }).waitFor();
  await page.reload();
  await expectExpired(page);
});

it("a decision that is sent again by reloading has expired", async ({ openBrowser, client }) => {
  const page = await openBrowser();
  await toConsent(page, (await client.authorize()).url, "Alice");
  await withoutRefresh(page);
  await allow(page).click();
  await heading(page).filter({ hasText: "One moment" }).waitFor();
  await page.reload();
  await expectExpired(page);
});

it("a page whose answer got lost is used up", async ({ openBrowser, client }) => {
  const page = await openBrowser();
  await toConsent(page, (await client.authorize()).url, "Alice");
  await page.route(
    "**/authorize",
    async (route) => {
      await route.fetch();
      await route.fulfill({ status: 204 });
    },
    { times: 1 },
  );
  const lost = page.waitForResponse((response) => response.status() === 204);
  await allow(page).click();
  await lost;
  await allow(page).click();
  await expectExpired(page);
});

it("going back after the end asks anew, and a new decision counts", async ({
  openBrowser,
  client,
}) => {
  const page = await openBrowser();
  const authorization = await client.authorize();
  await toConsent(page, authorization.url, "Alice");
  await allow(page).click();
  const firstCode = await codeFor(authorization, page, client);
  // Past the page that went on.
  while (!(await allow(page).isVisible())) await page.goBack();
  // The decision that was taken does not count twice, and whoever decides now has to be known anew.
  await page.reload();
  await allow(page).click();
  await signInAs(page, "Alice");
  const secondCode = await codeFor(authorization, page, client);
  expect(secondCode).not.toBe(firstCode);
  await client.exchange(authorization, secondCode);
});
