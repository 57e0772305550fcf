import type { Page } from "playwright-core";
import { expect, onTestFinished } from "vitest";
import { connectSdkClient, OAuthMemory } from "../support/sdk-oauth.ts";
import type { Client } from "./client.ts";
import { it } from "./fixtures.ts";
import { origin } from "./origin.ts";
import { allow, backAt, scopeBox, signInAs, toConsent } from "./person.ts";

/** Connects a client of the official SDK that opens this page to sign in. */
async function connect(
  page: Page,
  client: Client,
  decide: () => Promise<void>,
): ReturnType<typeof connectSdkClient> {
  const memory = new OAuthMemory(async (url) => {
    await page.goto(url.href);
    await decide();
    return backAt(page, client);
  }, client.redirectUri);
  const connected = await connectSdkClient(`${origin()}/mcp`, memory);
  onTestFinished(connected.close);
  return connected;
}

it("a tool whose permission was unticked is gone from the client", async ({
  openBrowser,
  client,
}) => {
  const page = await openBrowser();
  const toolsAfter = async (decide: () => Promise<void>) => {
    await page.context().clearCookies();
    const connected = await connect(page, client, async () => {
      await toConsent(page, page.url(), "Alice");
      await decide();
      await allow(page).click();
    });
    return (await connected.client.listTools()).tools.map(({ name }) => name);
  };
  const all = await toolsAfter(async () => {});
  const fewer = await toolsAfter(() => scopeBox(page, "Read your notes").uncheck());
  expect(all).toContain("list_notes");
  expect(fewer).toEqual(all.filter((name) => name !== "list_notes"));
});

it("two people, one after the other in one browser, are two people", async ({
  openBrowser,
  client,
}) => {
  const page = await openBrowser();
  const whoSignsInAs = async (name: "Alice" | "Bob") => {
    const connected = await connect(page, client, async () => {
      await toConsent(page, page.url(), name);
      if (name === "Bob") {
        await page.getByRole("button", { name: "Not you?" }).click();
        await signInAs(page, name);
        await page.getByText("Signed in as Bob Example").waitFor();
      }
      await allow(page).click();
    });
    return async () => (await connected.client.callTool({ name: "whoami" })).structuredContent;
  };
  const first = await whoSignsInAs("Alice");
  const second = await whoSignsInAs("Bob");
  // Asked only now: the second sign-in must not have made the first client Bob's.
  expect(await first()).toMatchObject({ email: "alice@example.com" });
  expect(await second()).toMatchObject({ email: "bob@example.com" });
});
