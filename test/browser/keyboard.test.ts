import type { Page } from "playwright-core";
import { expect } from "vitest";
import { it } from "./fixtures.ts";
import { allow, codeFor, signInAs } from "./person.ts";

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

it("Tab goes through the boxes to Allow, then Deny", async ({ openBrowser, client }) => {
  const page = await openBrowser();
  await page.goto((await client.authorize()).url);
  const boxes = await page.getByRole("checkbox").all();
  const scopes = await Promise.all(boxes.map((box) => box.inputValue()));
  expect(scopes).toEqual(expect.arrayContaining(requested));
  const order: string[] = [];
  for (let stops = 0; stops < scopes.length + 4; stops++) {
    await page.keyboard.press("Tab");
    order.push(await focused(page));
  }
  expect(order).toEqual([...scopes, "approve", "deny", "About Gatehouse", "Your connected apps"]);
});

it("Space ticks and unticks, and Enter on a box decides nothing", async ({
  openBrowser,
  client,
}) => {
  const page = await openBrowser();
  const authorization = await client.authorize();
  await page.goto(authorization.url);
  const sent: string[] = [];
  page.on("request", (request) => {
    if (request.method() === "POST") sent.push(request.url());
  });
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
  await signInAs(page, "Alice");
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
  await allow(page).focus();
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
  await client.exchange(authorization, await codeFor(authorization, page, client));
});
