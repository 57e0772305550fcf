import { expect } from "vitest";
import { it } from "./fixtures.ts";
import { allow, deny, toConsent } from "./person.ts";

it("up to six permissions, who decides, the warning and both buttons are on one screen of a phone", async ({
  openBrowser,
  client,
}) => {
  const page = await openBrowser({ viewport: { width: 360, height: 640 } });
  const url = new URL((await client.authorize()).url);
  url.searchParams.set("scope", "op:add op:mult op:div account:read notes:read notes:write");
  await toConsent(page, url.href, "Alice");
  expect(await page.getByRole("checkbox").count()).toBe(6);
  for (const shown of [
    page.getByRole("heading", { level: 1 }),
    page.getByText("Signed in as Alice Example"),
    page.locator("#loopback-warning"),
    ...(await page.getByRole("checkbox").all()),
    page.getByText("Give it more"),
    allow(page),
    deny(page),
  ]) {
    const box = await shown.boundingBox();
    expect(box, String(shown)).not.toBeNull();
    expect((box?.y ?? 0) + (box?.height ?? 0), String(shown)).toBeLessThanOrEqual(640);
  }
  expect(await page.evaluate("scrollY")).toBe(0);
});
