// `npm run screenshots [-- -t "consent"]`: not a test, but the same pages as the tests of this folder have.
import { join } from "node:path";
import type { Page } from "playwright-core";
import { projectDir } from "../../dev/server/processes.ts";
import { ConsentPage } from "../../src/engine/login/consent-page";
import type { ScopeGroup } from "../../src/engine/ui/scope-list";
import { it } from "./fixtures.ts";
import { origin } from "./origin.ts";
import { pages } from "./pages.ts";

const folder = join(projectDir, "screenshots");
const widths = [360, 768, 1280];

/** States that no server of the tests has. */
const made: Record<string, readonly ScopeGroup[]> = {
  "consent to nothing": [],
  "consent to 40 permissions": Array.from({ length: 8 }, (_, group) => ({
    title: `Area ${group + 1}`,
    scopes: Array.from({ length: 5 }, (_, index) => ({
      name: `area${group}:action${index}`,
      description: `Do the thing number ${index + 1} of this area`,
      effect: (["reads", "reads", "changes", "deletes", "reads"] as const)[index] ?? "reads",
    })),
  })),
  "consent with long names": [
    {
      title: "Organisational Responsibilities and Delegated Administration",
      scopes: [
        {
          name: "organisational-responsibilities:delegated-administration:write",
          description: "Change ".concat("Donaudampfschifffahrtsgesellschaft ".repeat(4)),
          effect: "deletes",
        },
      ],
    },
  ],
};

async function take(page: Page, name: string): Promise<void> {
  const file = (suffix: string) => join(folder, `${name.replace(/\W+/g, "-")} ${suffix}.png`);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    for (const width of widths) {
      await page.setViewportSize({ width, height: width === 360 ? 640 : 800 });
      await page.screenshot({ path: file(`${width} ${colorScheme}`), fullPage: true });
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  // 1280 pixels at 200 % are 640 of CSS.
  await page.setViewportSize({ width: 640, height: 400 });
  await page.screenshot({ path: file("zoomed"), fullPage: true });
  await page.emulateMedia({ forcedColors: "active" });
  await page.screenshot({ path: file("forced colours"), fullPage: true });
}

it.for(Object.entries(pages))(
  "%s",
  async ([name, show], { openBrowser, client, selectiveClient }) => {
    // No page here has a script, so without it is all there is to see.
    const page = await openBrowser({ javaScriptEnabled: false });
    await show(page, client, selectiveClient);
    await take(page, name);
  },
);

it.for(Object.entries(made))("%s", async ([name, groups], { openBrowser }) => {
  const client = {
    clientId: "client-1",
    clientName: name === "consent with long names" ? "Helper ".repeat(30) : "Claude",
    redirectUri: "https://claude.ai/api/mcp/auth_callback",
    redirectHost: "claude.ai",
    redirectIsLoopback: false,
    scope: [],
  };
  const shown = (
    <ConsentPage
      {...{ serverName: "Acme Tickets", identityProviderName: "Acme", handle: "h", query: "" }}
      {...{ client, groups, more: [], isKnownToPerson: false }}
      person={{ userId: "u", name: "Alice Example" }}
    />
  );
  const page = await openBrowser({ javaScriptEnabled: false });
  const address = `${origin()}/authorize`;
  const body = String(await shown);
  await page.route(address, (route) => route.fulfill({ contentType: "text/html", body }));
  await page.goto(address);
  await take(page, name);
});
