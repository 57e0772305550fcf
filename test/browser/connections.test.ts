import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import { it } from "./fixtures.ts";
import { origin } from "./origin.ts";
import { connect, heading, openConnections, scopeBox, signInAs } from "./person.ts";

/** Whether an access token is still good for anything. */
async function works({ access_token }: { access_token: string }): Promise<boolean> {
  const response = await fetch(`${origin()}/mcp`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${access_token}`,
      accept: "application/json, text/event-stream",
      "content-type": "application/json",
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" }),
  });
  await response.body?.cancel();
  return response.status !== 401;
}

const done = (page: Page) => page.getByRole("status").first();
const app = (page: Page, name: string) => page.getByRole("link", { name, exact: true });

describe.each([
  ["with JavaScript", { javaScriptEnabled: true }],
  ["without JavaScript", { javaScriptEnabled: false }],
])("a browser %s", (which, options) => {
  it("shows a person their apps, narrows one, ends it, and signs out", async ({
    openBrowser,
    client,
  }) => {
    const name = `Helper ${which}`;
    const tokens = await connect(await openBrowser(), client, "Alice", name);
    const ofBob = await connect(await openBrowser(), client, "Bob", `${name} of Bob`);
    const page = await openBrowser(options);
    await openConnections(page, "Alice");
    expect(await app(page, `${name} of Bob`).count()).toBe(0);

    await app(page, name).click();
    await scopeBox(page, "Read your notes").waitFor();
    await scopeBox(page, "Save and delete your notes").uncheck();
    await page.getByRole("button", { name: "Allow only what is ticked" }).click();
    expect(await done(page).textContent()).toBe("It may now do only what is ticked.");
    expect(await scopeBox(page, "Save and delete your notes").count()).toBe(0);
    expect(await scopeBox(page, "Read your notes").isChecked()).toBe(true);
    expect(await works(tokens)).toBe(false);

    await page.getByRole("button", { name: "End this connection" }).click();
    await page.waitForURL("**/connections?*");
    expect(await done(page).textContent()).toBe(`“${name}” is no longer connected.`);
    expect(await app(page, name).count()).toBe(0);

    await page.goBack();
    await heading(page).filter({ hasText: "This app is not connected" }).waitFor();
    await page.getByRole("link", { name: "Your connected apps" }).first().click();
    await page.getByRole("button", { name: "Sign out" }).click();
    await heading(page).filter({ hasText: "You are signed out" }).waitFor();
    expect(await works(ofBob)).toBe(true);
  });

  it("ends all after asking once more", async ({ openBrowser, client }) => {
    const tokens = [
      await connect(await openBrowser(), client, "Bob", "One"),
      await connect(await openBrowser(), client, "Bob", "Another"),
    ];
    const page = await openBrowser(options);
    await openConnections(page, "Bob");
    await page.getByRole("link", { name: "End all…" }).click();
    await page.getByRole("link", { name: "Keep them" }).click();
    expect(await works(tokens[0] ?? { access_token: "" })).toBe(true);
    await page.getByRole("link", { name: "End all…" }).click();
    await page.getByRole("button", { name: "End all" }).click();
    expect(await done(page).textContent()).toBe("No app is connected any more.");
    for (const each of tokens) expect(await works(each)).toBe(false);
  });

  it("asks before the last permission goes", async ({ openBrowser, client }) => {
    const name = `To be emptied ${which}`;
    const tokens = await connect(await openBrowser(), client, "Alice", name);
    const page = await openBrowser(options);
    await openConnections(page, "Alice");
    await app(page, name).click();
    await scopeBox(page, "Read your notes").waitFor();
    for (const box of await page.getByRole("checkbox").all()) await box.uncheck();
    expect(await page.getByText("Nothing is ticked.").isVisible()).toBe(true);
    // Which decides nothing: else the next button were not there any more.
    await page.getByRole("checkbox").first().press("Enter");
    await page.getByRole("button", { name: "Allow only what is ticked" }).click();
    await heading(page)
      .filter({ hasText: `End “${name}”?` })
      .waitFor();
    await page.getByRole("link", { name: "Keep it as it is" }).click();
    expect(await works(tokens)).toBe(true);
  });
});

it("a form of a person who has gone does nothing for who came after", async ({
  openBrowser,
  client,
}) => {
  const tokens = await connect(await openBrowser(), client, "Alice", "Left open");
  const page = await openBrowser();
  await openConnections(page, "Alice");
  await app(page, "Left open").click();
  await page.getByRole("button", { name: "End this connection" }).waitFor();
  const other = await page.context().newPage();
  await other.goto(`${origin()}/connections`);
  await other.getByRole("button", { name: "Sign out" }).click();
  await other.getByRole("link", { name: /^Sign in with/ }).click();
  await signInAs(other, "Bob");
  await other.waitForURL("**/connections");
  await page.getByRole("button", { name: "End this connection" }).click();
  await heading(page).filter({ hasText: "This page is out of date" }).waitFor();
  expect(await works(tokens)).toBe(true);
});

it("a form of another site does nothing, though the browser is signed in", async ({
  openBrowser,
  client,
}) => {
  const tokens = await connect(await openBrowser(), client, "Alice", "Target");
  const page = await openBrowser();
  await openConnections(page, "Alice");
  await app(page, "Target").click();
  const token = await page.locator('input[name="token"]').last().getAttribute("value");
  const body = `<!doctype html><title>Evil</title><form method="post" action="${page.url()}/end">
    <input type="hidden" name="token" value="${token}"><button>Win a prize</button></form>`;
  const elsewhere = await page.context().newPage();
  await elsewhere.route("http://evil.example/", (route) =>
    route.fulfill({ contentType: "text/html", body }),
  );
  await elsewhere.goto("http://evil.example/");
  await elsewhere.getByRole("button", { name: "Win a prize" }).click();
  await heading(elsewhere).filter({ hasText: "That form was not from this server" }).waitFor();
  expect(await works(tokens)).toBe(true);
});
