import type { BrowserContext, BrowserContextOptions, ConsoleMessage, Page } from "playwright-core";
import { it as base, expect, inject } from "vitest";
import { launchChromium } from "../support/chromium.ts";
import { type Client, startClient } from "./client.ts";
import { origin } from "./origin.ts";

/** Opens an empty page in a browser profile of its own, as new as one that was just installed. */
export type OpenBrowser = (options?: BrowserContextOptions) => Promise<Page>;

/**
 * A test with a browser, and with a client to sign in to. Whatever its pages complain of, or load
 * from elsewhere, fails it.
 */
export const it = base
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads from the pattern what a fixture needs.
  .extend("chromium", { scope: "worker" }, async ({}, { onCleanup }) => {
    const chromium = await launchChromium(inject("chromium"));
    onCleanup(() => chromium.close());
    return chromium;
  })
  .extend("openBrowser", async ({ chromium }, { onCleanup }) => {
    const contexts: BrowserContext[] = [];
    const complaints: string[] = [];
    onCleanup(async () => {
      await Promise.all(contexts.map((context) => context.close()));
      expect(complaints, "what the pages complained of").toEqual([]);
    });
    const openBrowser: OpenBrowser = async (options = {}) => {
      const context = await chromium.newContext(options);
      contexts.push(context);
      await watch(context, (complaint) => complaints.push(complaint));
      return context.newPage();
    };
    return openBrowser;
  })
  // biome-ignore lint/correctness/noEmptyPattern: as above.
  .extend("client", async ({}, { onCleanup }) => {
    const client: Client = await startClient(origin());
    onCleanup(client.stop);
    return client;
  })
  // biome-ignore lint/correctness/noEmptyPattern: as above.
  .extend("selectiveClient", async ({}, { onCleanup }) => {
    const client: Client = await startClient(inject("selectiveOrigin"));
    onCleanup(client.stop);
    return client;
  });

async function watch(context: BrowserContext, complain: (complaint: string) => void) {
  context.on("weberror", (webError) => complain(`uncaught: ${webError.error().message}`));
  context.on("console", (message) => {
    if (message.type() === "error" && !isRefusal(message)) complain(message.text());
  });
  // Not every violation of a Content-Security-Policy is written to the console.
  await context.addInitScript(`document.addEventListener("securitypolicyviolation", (event) =>
    console.error("Content-Security-Policy: " + event.effectiveDirective + " " + event.blockedURI))`);
  context.on("request", (request) => {
    if (request.isNavigationRequest()) return;
    const [resource, page] = [new URL(request.url()), new URL(request.frame().url())];
    if (resource.origin !== page.origin) complain(`${page.origin} loads ${resource.href}`);
  });
}

/** Chromium writes each page with status 400, 403 or 404 to the console as an error. Ours are for people. */
function isRefusal(message: ConsoleMessage): boolean {
  return (
    /the server responded with a status of 40[034]/.test(message.text()) &&
    /^\/(authorize$|callback$|interaction\/|connections\/)/.test(
      new URL(message.location().url).pathname,
    )
  );
}
