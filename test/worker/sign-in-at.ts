import { inject } from "vitest";
import { ScriptlessBrowser } from "../../dev/browser/scriptless-browser.ts";
import type { ServerDefinition } from "../../src/engine/server";
import type { OddSettings } from "../support/odd-settings.ts";
import { authorizationUrl, REDIRECT_URI, register } from "./as-client.ts";
import { gatehouseWith } from "./gatehouse-with.ts";
import { TEST_ORIGIN } from "./origin.ts";

/** How a sign-in ended: with what the client is told, and the page that the person read before, if any. */
export type Ending = {
  told: URLSearchParams;
  page: { status: number; heading: string; text: string } | undefined;
};

/** An OpenID provider that differs in this from the usual. @returns its issuer. */
export async function oddProvider(settings: Partial<OddSettings>): Promise<string> {
  const name = crypto.randomUUID();
  const origin = inject("oddOrigin");
  const body = JSON.stringify(settings);
  const response = await fetch(`${origin}/settings/${name}`, { method: "PUT", body });
  if (!response.ok) throw new Error(`The provider: ${response.status} ${await response.text()}`);
  return `${origin}/${name}`;
}

/** Goes a person's way through consent and sign-in, at a provider that asks them nothing. */
export async function signInAt(
  vars: Record<string, string>,
  definition?: ServerDefinition,
): Promise<Ending> {
  const browser = new ScriptlessBrowser(
    ({ origin, pathname }) => origin + pathname === REDIRECT_URI,
    gatehouseWith(
      { OIDC_CLIENT_ID: "gatehouse", OIDC_CLIENT_SECRET: "secret", ...vars },
      definition,
    ),
  );
  const { url } = await authorizationUrl(await register());
  let arrival = await browser.open(url);
  for (;;) {
    if (arrival.kind === "left") return { told: arrival.address.searchParams, page: undefined };
    const { page, status, address } = arrival;
    const [sent] = page.forms;
    // The form of a provider that answers by one; a browser's script would send it.
    if (sent !== undefined && address.origin !== TEST_ORIGIN) {
      arrival = await browser.submit(sent, {}, address);
      continue;
    }
    // To sign in first, and then to allow it.
    const press = sent?.buttons.find(({ value }) => ["sign-in", "approve"].includes(value));
    if (sent !== undefined && press !== undefined) {
      arrival = await browser.submit(sent, { press }, address);
      continue;
    }
    const onward = page.links.get("continue");
    if (onward === undefined)
      throw new Error(`“${page.heading}” at ${address.pathname} leads nowhere`);
    if (onward.origin + onward.pathname === REDIRECT_URI) {
      const read = { status, heading: page.heading, text: page.text };
      return { told: onward.searchParams, page: status === 200 ? undefined : read };
    }
    arrival = await browser.open(onward);
  }
}
