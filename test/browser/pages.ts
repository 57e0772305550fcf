import type { Page } from "playwright-core";
import { inject } from "vitest";
import type { Client } from "./client.ts";
import { allow, heading, withoutRefresh } from "./person.ts";

/** A client's name that tries to be markup, to reverse the text after it, and to widen the page. */
export const hostileName = `<img src=x onerror=alert(1)>"'&amp;\u202E${"Wide".repeat(60)}`;

/** How to come to each page that Gatehouse shows. */
export const pages: Record<string, (page: Page, client: Client) => Promise<void>> = {
  async home(page) {
    await page.goto(inject("origin"));
  },
  async consent(page, client) {
    await page.goto((await client.authorize()).url);
  },
  async "consent for a hostile client"(page, client) {
    await page.goto((await client.authorize({ client_name: hostileName })).url);
  },
  async continue(page, client) {
    await page.goto((await client.authorize()).url);
    await withoutRefresh(page);
    await allow(page).click();
    await heading(page).filter({ hasText: "One moment" }).waitFor();
    await page.waitForLoadState();
  },
  async error(page) {
    await page.goto(`${inject("origin")}/authorize?client_id=unknown`);
  },
  async "the identity provider's chooser"(page, client) {
    await page.goto((await client.authorize()).url);
    await allow(page).click();
    await page.getByRole("button", { name: "Alice" }).waitFor();
  },
};
