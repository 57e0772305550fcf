import type { Page } from "playwright-core";
import type { Client } from "./client.ts";
import { origin } from "./origin.ts";
import {
  allow,
  connect,
  heading,
  openConnections,
  signInAs,
  signInFirst,
  toConsent,
  withoutRefresh,
} from "./person.ts";

/** A client's name that tries to be markup, to reverse the text after it, and to widen the page. */
export const hostileName = `<img src=x onerror=alert(1)>"'&amp;\u202E${"Wide".repeat(38)}`;

/** How to come to each page that Gatehouse shows. */
export const pages: Record<
  string,
  (page: Page, client: Client, selectiveClient: Client) => Promise<void>
> = {
  async home(page) {
    await page.goto(origin());
  },
  async "home, all of it opened"(page) {
    await page.goto(origin());
    for (const summary of await page.locator("summary").all()) await summary.click();
  },
  async "sign in first"(page, client) {
    await page.goto((await client.authorize()).url);
  },
  async "sign in first, for a hostile client"(page, client) {
    await page.goto((await client.authorize({ client_name: hostileName })).url);
  },
  async consent(page, client) {
    await toConsent(page, (await client.authorize()).url, "Alice");
  },
  async "consent for a hostile client, all of it opened"(page, client) {
    const { url } = await client.authorize({ client_name: hostileName });
    await toConsent(page, url, "Alice");
    for (const summary of await page.locator("summary").all()) await summary.click();
  },
  async "consent of somebody who allowed it before"(page, client) {
    await connect(page, client, "Alice", "Known to Alice");
    const { url } = await client.authorize({ client_name: "Known to Alice" });
    await toConsent(page, url, "Alice");
    await page.getByText("You allowed this app before").waitFor();
  },
  async "consent that somebody else signed in for"(page, client) {
    await toConsent(page, (await client.authorize()).url, "Alice");
    await page.reload();
    const { url } = await client.authorize();
    await toConsent(page, url, "Alice");
    await allow(page).click();
    await signInAs(page, "Bob");
    await heading(page).filter({ hasText: "You signed in as somebody else" }).waitFor();
    await page.waitForLoadState();
  },
  async continue(page, client) {
    await page.goto((await client.authorize()).url);
    await withoutRefresh(page);
    await signInFirst(page).click();
    await heading(page).filter({ hasText: "One moment" }).waitFor();
    await page.waitForLoadState();
  },
  async error(page) {
    await page.goto(`${origin()}/authorize?client_id=unknown`);
  },
  async "refusal of a person"(page, _client, selectiveClient) {
    await page.goto((await selectiveClient.authorize()).url);
    await signInFirst(page).click();
    await signInAs(page, "Bob");
    await heading(page).filter({ hasText: "This account may not use" }).waitFor();
    await page.waitForLoadState();
  },
  async "refusal of a client"(page, _client, selectiveClient) {
    const redirect_uris = [selectiveClient.redirectUri, "https://not-let-in.example/callback"];
    const url = new URL((await selectiveClient.authorize({ redirect_uris })).url);
    url.searchParams.set("redirect_uri", "https://not-let-in.example/callback");
    await page.goto(url.href);
    await heading(page).filter({ hasText: "This app may not connect here" }).waitFor();
  },
  async "connections, before signing in"(page) {
    await page.goto(`${origin()}/connections`);
  },
  async connections(page, client) {
    await connect(page, client, "Alice", "Test client");
    await connect(page, client, "Alice", hostileName);
    await openConnections(page, "Alice");
  },
  async "a connection of a hostile client, all of it opened"(page, client) {
    await connect(page, client, "Alice", hostileName);
    await openConnections(page, "Alice");
    await page.getByRole("link", { name: "<img src=x" }).first().click();
    await page.getByRole("button", { name: "End this connection" }).waitFor();
    for (const summary of await page.locator("summary").all()) await summary.click();
  },
  async "the end of a connection"(page, client) {
    await connect(page, client, "Alice", "Test client");
    await openConnections(page, "Alice");
    await page.getByRole("link", { name: "Test client" }).first().click();
    await page.getByRole("button", { name: "End this connection" }).click();
    await page.getByRole("status").filter({ hasText: "is no longer connected" }).waitFor();
  },
  async "the question before all connections end"(page, client) {
    await connect(page, client, "Alice", "Test client");
    await openConnections(page, "Alice");
    await page.getByRole("link", { name: "End all…" }).click();
    await heading(page).filter({ hasText: "of your connections?" }).waitFor();
  },
  async "the identity provider's chooser"(page, client) {
    await page.goto((await client.authorize()).url);
    await signInFirst(page).click();
    await page.getByRole("button", { name: "Alice" }).waitFor();
  },
};
