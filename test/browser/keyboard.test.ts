import type { Page } from "playwright-core";
import { expect } from "vitest";
import { it } from "./fixtures.ts";
import { allow, codeFor, signInFirst, toConsent } from "./person.ts";

/** The value of the field or button that has the focus, or the text of a link. */
function focused(page: Page): Promise<string> {
  return page.evaluate("document.activeElement.value ?? document.activeElement.textContent");
}

/** Those that the client asks for. There is a box for others too, which is not ticked. */
const requested = [
  "op:add",
  "op:sub",
  "op:mult",
  "op:div",
  "account:read",
  "notes:read",
  "notes:write",
];

it("Tab goes from “Not you?” through what is asked for to Allow, then Deny", async ({
  openBrowser,
  client,
}) => {
  const page = await openBrowser();
  await toConsent(page, (await client.authorize()).url, "Alice");
  const order: string[] = [];
  for (let stops = 0; stops < requested.length + 7; stops++) {
    await page.keyboard.press("Tab");
    order.push(await focused(page));
  }
  expect(order).toEqual([
    "switch",
    ...requested,
    expect.stringMatching(/^Give it more \(\d\)$/),
    "Show technical names",
    ...["approve", "deny", "About Gatehouse", "Your connected apps"],
  ]);
});

it("Enter opens what else there is, and its boxes come next", async ({ openBrowser, client }) => {
  const page = await openBrowser();
  await toConsent(page, (await client.authorize()).url, "Alice");
  await page.locator("summary").first().focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  expect(requested).not.toContain(await focused(page));
  expect(await page.evaluate("document.activeElement.type")).toBe("checkbox");
  expect(await page.evaluate("document.activeElement.checked")).toBe(false);
});

it("Space ticks and unticks, and Enter on a box decides nothing", async ({
  openBrowser,
  client,
}) => {
  const page = await openBrowser();
  const authorization = await client.authorize();
  await toConsent(page, authorization.url, "Alice");
  const sent: string[] = [];
  page.on("request", (request) => {
    if (request.method() === "POST") sent.push(request.url());
  });
  await page.getByRole("button", { name: "Not you?" }).focus();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  await page.keyboard.press("Space");
  // Had Enter sent the form, then the rest would happen on another page, or to a used one.
  await page.keyboard.press("Enter");
  while ((await focused(page)) !== "approve") await page.keyboard.press("Tab");
  expect(sent).toEqual([]);
  await page.keyboard.press("Enter");
  const { scope } = await client.exchange(
    authorization,
    await codeFor(authorization, page, client),
  );
  expect(scope.split(" ").sort()).toEqual(requested.slice(1).sort());
});

it("the whole way goes by keyboard, with a visible focus", async ({ openBrowser, client }) => {
  const page = await openBrowser();
  const authorization = await client.authorize();
  await page.goto(authorization.url);
  await signInFirst(page).focus();
  // The ring is for those who use the keyboard, so the focus has to arrive by it.
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Tab");
  expect(await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")).toBe(
    "solid",
  );
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Alice" }).waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await allow(page).waitFor();
  while ((await focused(page)) !== "approve") await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await client.exchange(authorization, await codeFor(authorization, page, client));
});
