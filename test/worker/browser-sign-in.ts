import { env } from "cloudflare:workers";
import { vi } from "vitest";
import { signatures } from "../../src/engine/lib/signatures";
import { browse } from "./as-client.ts";
import { PersonsBrowser } from "./as-person.ts";
import { configOf } from "./server.ts";

export const minutes = (count: number) => count * 60_000;

/** Lets time pass for whatever reads the clock. */
export function pass(milliseconds: number): void {
  const now = Date.now();
  vi.useFakeTimers({ toFake: ["Date"], now: now + milliseconds });
}

/** Where the identity provider sends a browser back to, and the cookies that it comes with. */
export type Callback = { url: URL; cookie: string };

/** Signs in at the identity provider, up to the address that it sends the browser back to. */
export async function callbackOf(
  person: "alice" | "bob" = "alice",
  reach: typeof fetch = browse,
): Promise<Callback> {
  let callback: Callback | undefined;
  const browser = new PersonsBrowser(async (input, init) => {
    const asked = new Request(input, init);
    if (new URL(asked.url).pathname !== "/callback") return reach(asked);
    callback = { url: new URL(asked.url), cookie: asked.headers.get("cookie") ?? "" };
    return new Response("<h1>Stopped before the callback</h1>");
  });
  await browser.signIn(person);
  if (callback === undefined) throw new Error("The browser did not come back");
  return callback;
}

/** Comes back from the identity provider. */
export function finish({ url, cookie }: Callback, reach: typeof fetch = browse): Promise<Response> {
  return reach(url, { headers: { cookie }, redirect: "manual" });
}

/** The session cookie of a response, as a browser sends it back. */
export function sessionIn(response: Response): string | undefined {
  const cookies = response.headers.getSetCookie();
  return cookies.find((cookie) => cookie.startsWith("__Host-gatehouse-session="))?.split(";")[0];
}

/** Signs in, and returns the session cookie. */
export async function signIn(person: "alice" | "bob" = "alice"): Promise<string> {
  return sessionIn(await finish(await callbackOf(person))) ?? "";
}

/** What a page that starts with a heading says. */
export async function headingOf(response: Response): Promise<string | undefined> {
  return /<h1>([^<]*)/.exec(await response.text())?.[1];
}

/** Signs as the Worker under test does. */
export const proofs = signatures(configOf(env).sessionSecret);
