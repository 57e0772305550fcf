import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import { clientSetups } from "../../src/engine/website/client-setup.ts";
import { pasteText } from "../../src/engine/website/paste.ts";
import { it } from "./fixtures.ts";
import { origin } from "./origin.ts";

const mcpUrl = () => `${origin()}/mcp`;
const setups = () => clientSetups("Gatehouse", mcpUrl());

/** One client's set-up, which is closed at first. */
const setupOf = (page: Page, client: string) =>
  page.locator("details").filter({ has: page.getByRole("heading", { name: client, exact: true }) });

describe.each([
  ["with JavaScript", { javaScriptEnabled: true }],
  ["without JavaScript", { javaScriptEnabled: false }],
])("in a browser %s", (_which, options) => {
  it("each set-up opens, and shows what to copy", async ({ openBrowser }) => {
    const page = await openBrowser(options);
    await page.goto(origin());
    for (const { client, paste } of setups()) {
      const setup = setupOf(page, client);
      const code = setup.locator("pre");
      expect(await code.isVisible(), client).toBe(false);
      await setup.locator("summary").click();
      expect(await code.innerText()).toBe(pasteText(paste));
      expect(await code.innerText()).toContain(mcpUrl());
    }
  });
});

it("a click selects all of what is to be copied, and no more", async ({ openBrowser }) => {
  const page = await openBrowser({ viewport: { width: 360, height: 800 } });
  await page.goto(origin());
  for (const { client, paste } of setups()) {
    const setup = setupOf(page, client);
    await setup.locator("summary").click();
    await setup.locator("pre").click({ position: { x: 4, y: 4 } });
    expect(await page.evaluate("getSelection().toString()"), client).toBe(pasteText(paste));
  }
  await page.locator("p > code.address").click();
  expect(await page.evaluate("getSelection().toString()")).toBe(mcpUrl());
});

it("links each client that one click sets up to that client, with this server's address", async ({
  openBrowser,
}) => {
  const page = await openBrowser();
  await page.goto(origin());
  const links = await page.getByRole("link", { name: /^Add to / }).all();
  const found = links.map(async (link) => [
    await link.textContent(),
    await link.getAttribute("href"),
  ]);
  const install = (client: string) => setups().find((one) => one.client === client)?.install;
  // A hosted client cannot reach this computer, so it has no link here.
  expect(await Promise.all(found)).toEqual([
    ["Add to Cursor", install("Cursor")?.app],
    ["Add to VS Code", install("VS Code")?.app],
  ]);
});

it("goes by keyboard: to the links, into a set-up, and to its link", async ({ openBrowser }) => {
  const page = await openBrowser();
  await page.goto(origin());
  const focused = () => page.evaluate<string>("document.activeElement.textContent");
  const press = async (key: string) => {
    await page.keyboard.press(key);
    return focused();
  };
  expect(await press("Tab")).toBe("Add to Cursor");
  expect(await press("Tab")).toBe("Add to VS Code");
  for (const { client } of setups()) {
    expect(await press("Tab")).toBe(client);
    await press("Enter");
    expect(await setupOf(page, client).locator("pre").isVisible()).toBe(true);
    if (client === "Cursor") expect(await press("Tab")).toBe("add it through cursor.com");
    if (client === "VS Code") expect(await press("Tab")).toBe("add it through insiders.vscode.dev");
  }
  expect(await press("Tab")).toBe("your connected apps");
  expect(await press("Tab")).toBe("Markdown");
  expect(await press("Tab")).toBe("About Gatehouse");
});

it("shows its Markdown in place, and does not download it", async ({ openBrowser }) => {
  const page = await openBrowser();
  await page.goto(origin());
  await page.getByRole("link", { name: "Markdown" }).click();
  await page.waitForURL("**/llms.txt");
  expect(await page.locator("body").innerText()).toMatch(/^# Gatehouse\n/);
});
