import type { Page } from "playwright-core";
import { expect } from "vitest";
import { it } from "./fixtures.ts";
import { origin } from "./origin.ts";
import { allow, backAt, heading, toConsent } from "./person.ts";

/** Where a button is, as an attacker finds out at home. */
async function middleOf(page: Page): Promise<{ x: number; y: number }> {
  await allow(page).scrollIntoViewIfNeeded();
  const box = await allow(page).boundingBox();
  if (box === null) throw new Error("The button is not shown");
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

async function press(page: Page, { x, y }: { x: number; y: number }): Promise<void> {
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.up();
}

it.for([{ reducedMotion: "no-preference" }, { reducedMotion: "reduce" }] as const)(
  "the second click of a double-click decides nothing: %j",
  async ({ reducedMotion }, { openBrowser, client }) => {
    const page = await openBrowser({ reducedMotion });
    const sent: string[] = [];
    page.on("request", (request) => {
      if (request.method() === "POST") sent.push(request.url());
    });
    const { url } = await client.authorize();
    await toConsent(page, url, "Alice");
    sent.length = 0;
    const button = await middleOf(page);
    // The browser's own clock of animations stands still, so that the second lasts until it is over here.
    const devTools = await page.context().newCDPSession(page);
    await devTools.send("Animation.enable");
    await devTools.send("Animation.setPlaybackRate", { playbackRate: 0 });
    // The pointer is there already when the page comes.
    await page.goto(origin());
    await page.mouse.move(button.x, button.y);
    await page.goto(url);
    await press(page, button);
    expect(sent).toEqual([]);
    expect(await heading(page).textContent()).toContain("Allow");
    await devTools.send("Animation.setPlaybackRate", { playbackRate: 1 });
    await allow(page).click();
    await backAt(page, client);
    expect(sent).not.toEqual([]);
  },
);

it("nothing near the buttons can be named by the fragment of an address", async ({
  openBrowser,
  client,
}) => {
  const page = await openBrowser();
  const { url } = await client.authorize();
  await toConsent(page, url, "Alice");
  const ids = async () => {
    await page.goto(url);
    return page
      .locator("form [id]:not(fieldset [id])")
      .evaluateAll((all) => all.map(({ id }) => id));
  };
  const [first, second] = [await ids(), await ids()];
  expect(first.filter((id) => second.includes(id))).toEqual([]);
});
