import { expect } from "vitest";
import { axeFindings } from "./axe.ts";
import { hardToRead } from "./contrast.ts";
import { it } from "./fixtures.ts";
import { hostileName, pages } from "./pages.ts";
import { heading } from "./person.ts";

const windows = [
  [360, "light"],
  [360, "dark"],
  [1280, "light"],
  [1280, "dark"],
] as const;

// A page is opened once for all that is asked of it: some take two sign-ins to come to.
it.for(Object.entries(pages))(
  "%s: fits each window in both colour schemes, has a title and one heading, names every control, and axe finds nothing",
  async ([, show], { openBrowser, client, selectiveClient }) => {
    const page = await openBrowser({ viewport: { width: 360, height: 800 }, colorScheme: "light" });
    await show(page, client, selectiveClient);

    for (const [width, colorScheme] of windows) {
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme });
      const which = `${width} wide, in ${colorScheme} colours`;
      const [content, window] = await page.evaluate<[number, number]>(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]",
      );
      expect(window, which).toBe(width);
      expect(content, which).toBeLessThanOrEqual(window);
      // The stylesheet was loaded, and follows the person's choice.
      const ground = await page.evaluate<string>(
        "getComputedStyle(document.body).backgroundColor.match(/[0-9]+/g)[0]",
      );
      if (colorScheme === "dark") expect(Number(ground), which).toBeLessThan(64);
      else expect(Number(ground), which).toBeGreaterThan(192);
      expect(await hardToRead(page), which).toEqual([]);
      if (new URL(page.url()).pathname.startsWith("/interaction/")) continue;
      expect(await axeFindings(page), which).toEqual([]);
    }

    expect(await page.title()).not.toBe("");
    expect(await heading(page).count()).toBe(1);
    expect(await page.getByRole("main").getByRole("heading", { level: 1 }).count()).toBe(1);
    expect(await page.evaluate("document.documentElement.lang")).toBe("en");

    for (const role of ["checkbox", "button", "link"] as const) {
      const controls = page.getByRole(role);
      const named = page.getByRole(role, { name: /\S/ });
      expect([role, await named.count()]).toEqual([role, await controls.count()]);
    }
  },
);

it("shows a hostile name as text", async ({ openBrowser, client }) => {
  const page = await openBrowser();
  await page.goto((await client.authorize({ client_name: hostileName })).url);
  expect(await page.getByRole("main").textContent()).toContain(
    hostileName.replace("\u202E", "\uFFFD"),
  );
  expect(await heading(page).textContent()).toContain("<img src=x onerror=");
  expect(await page.locator("img").count()).toBe(0);
});
