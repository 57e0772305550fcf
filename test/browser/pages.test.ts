import { describe, expect } from "vitest";
import { hardToRead } from "./contrast.ts";
import { it } from "./fixtures.ts";
import { hostileName, pages } from "./pages.ts";
import { heading } from "./person.ts";

describe.each(Object.entries(pages))("%s", (_name, show) => {
  it.for([
    [360, "light"],
    [360, "dark"],
    [1280, "light"],
    [1280, "dark"],
  ] as const)(
    "fits a window %i wide, in %s colours",
    async ([width, colorScheme], { openBrowser, client, selectiveClient }) => {
      const page = await openBrowser({ viewport: { width, height: 800 }, colorScheme });
      await show(page, client, selectiveClient);
      const [content, window] = await page.evaluate<[number, number]>(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]",
      );
      expect(window).toBe(width);
      expect(content).toBeLessThanOrEqual(window);
      // The stylesheet was loaded, and follows the person's choice.
      const ground = await page.evaluate<string>(
        "getComputedStyle(document.body).backgroundColor.match(/[0-9]+/g)[0]",
      );
      if (colorScheme === "dark") expect(Number(ground)).toBeLessThan(64);
      else expect(Number(ground)).toBeGreaterThan(192);
      expect(await hardToRead(page)).toEqual([]);
    },
  );

  it("has a title, one heading of the first level and a main part", async ({
    openBrowser,
    client,
    selectiveClient,
  }) => {
    const page = await openBrowser();
    await show(page, client, selectiveClient);
    expect(await page.title()).not.toBe("");
    expect(await heading(page).count()).toBe(1);
    expect(await page.getByRole("main").getByRole("heading", { level: 1 }).count()).toBe(1);
    expect(await page.evaluate("document.documentElement.lang")).toBe("en");
  });

  it("gives every control a name", async ({ openBrowser, client, selectiveClient }) => {
    const page = await openBrowser();
    await show(page, client, selectiveClient);
    for (const role of ["checkbox", "button", "link"] as const) {
      const controls = page.getByRole(role);
      const named = page.getByRole(role, { name: /\S/ });
      expect([role, await named.count()]).toEqual([role, await controls.count()]);
    }
  });
});

it("shows a hostile name as text", async ({ openBrowser, client }) => {
  const page = await openBrowser();
  await page.goto((await client.authorize({ client_name: hostileName })).url);
  expect(await page.getByRole("main").textContent()).toContain(
    hostileName.replace("\u202E", "\uFFFD"),
  );
  expect(await heading(page).textContent()).toContain("<img src=x onerror=");
  expect(await page.locator("img").count()).toBe(0);
});
