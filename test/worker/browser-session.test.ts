import { afterEach, describe, expect, it, vi } from "vitest";
import { signatures } from "../../src/login/signatures";
import { BROWSER_SESSION_SECONDS } from "../../src/login/browser-session";
import { browse, connect, request } from "./as-client.ts";
import { PersonsBrowser, signedIn } from "./as-person.ts";
import { gatehouseWith } from "./gatehouse-with.ts";
import { grantOf } from "./grants.ts";
import { TEST_ORIGIN } from "./origin.ts";

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const EXPIRED = "This sign-in has expired";

/** Goes to the identity provider and says yes there, up to the address that it sends the browser back to. */
async function callbackOf(person: "alice" | "bob" = "alice") {
  let callback: Request | undefined;
  const browser = new PersonsBrowser(async (input, init) => {
    const asked = new Request(input, init);
    if (new URL(asked.url).pathname !== "/callback") return browse(asked);
    callback = asked;
    return new Response("<h1>Stopped before the callback</h1>");
  });
  await browser.signIn(person);
  if (callback === undefined) throw new Error("The browser did not come back");
  return { url: new URL(callback.url), cookie: callback.headers.get("cookie") ?? "" };
}

function goTo({ url, cookie }: { url: URL; cookie: string }): Promise<Response> {
  return request(url.href, { headers: { cookie, accept: "text/html" } });
}

/** The session's cookie, as a browser sends it. */
async function sessionCookie(person: "alice" | "bob" = "alice"): Promise<string> {
  const cookies = (await goTo(await callbackOf(person))).headers.getSetCookie();
  const cookie = cookies.find((line) => line.startsWith("__Host-gatehouse-session="));
  return cookie?.split(";")[0] ?? "";
}

async function isSignedIn(cookie: string, fetch = request): Promise<boolean> {
  const response = await fetch(`${TEST_ORIGIN}/connections`, { headers: { cookie } });
  return (await response.text()).includes("Signed in as");
}
