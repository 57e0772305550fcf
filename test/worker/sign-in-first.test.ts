import { afterEach, describe, expect, it, vi } from "vitest";
import { ScriptlessBrowser } from "../../dev/browser/scriptless-browser.ts";
import type { PersonId } from "../../dev/local-servers/people.ts";
import { authorizationUrl, browse, connect, REDIRECT_URI, register, request } from "./as-client.ts";
import { theStored } from "./audited.ts";
import { minutes, pass, signIn } from "./browser-sign-in.ts";
import { fieldIn, openConsent } from "./consent.ts";
import { gatehouseWith } from "./gatehouse-with.ts";
import { TEST_ORIGIN } from "./origin.ts";
import { pageAt } from "./scripted-sign-in.ts";

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** A browser that stops at the client, with the ways of a person through it. */
class Way {
  readonly browser: ScriptlessBrowser;

  constructor(reach: typeof fetch = browse) {
    this.browser = new ScriptlessBrowser(
      ({ origin, pathname }) => origin + pathname === REDIRECT_URI,
      reach,
    );
  }

  async press(shown: Shown, value: string) {
    const [form] = shown.page.forms;
    if (form === undefined) throw new Error(`No form on “${shown.page.heading}”`);
    const decided = await this.browser.submit(
      form,
      { press: { name: "decision", value } },
      shown.address,
    );
    return pageAt(decided);
  }

  /** Follows the link of a page that goes on: to the client, or to the identity provider as this person. */
  async goOn(shown: Shown, person: PersonId) {
    const onward = shown.page.links.get("continue");
    if (onward === undefined) throw new Error(`“${shown.page.heading}” leads nowhere`);
    const arrived = await this.browser.open(onward);
    if (arrived.kind === "left") return arrived;
    const [form] = arrived.page.forms;
    if (form === undefined) throw new Error(`No form on “${arrived.page.heading}”`);
    const press = { name: "person", value: person };
    const end = await this.browser.submit(form, { press }, arrived.address);
    if (end.kind === "left" || end.address.origin === TEST_ORIGIN) return end;
    // The provider lets go of another person first, by a form that a browser's script would send.
    const [sent] = end.page.forms;
    return sent === undefined ? end : this.browser.submit(sent, {}, end.address);
  }

  async open(url: URL) {
    return pageAt(await this.browser.open(url));
  }

  /** From an authorization request to its consent page. */
  async toConsent(url: URL, person: PersonId) {
    return pageAt(await this.goOn(await this.press(await this.open(url), "sign-in"), person));
  }
}

type Shown = ReturnType<typeof pageAt>;

const requestOf = async (change = {}) => (await authorizationUrl(await register(), change)).url;
const codeAt = (arrival: { address: URL }) => arrival.address.searchParams.get("code");

describe("whoever is not signed in", () => {
  it("is asked to, by name of the app, and goes nowhere without a press of a button", async () => {
    const response = await request((await requestOf()).href);
    const html = await response.text();
    expect(response.status).toBe(200);
    expect(html).toContain("wants to use Gatehouse for you");
    expect(html).not.toMatch(/http-equiv="refresh"|checkbox|value="approve"|notes:read</);
  });

  it.each(["sign-in", "switch"])(
    "is not sent to the provider by a form of another site (%s)",
    async (decision) => {
      const url = await requestOf();
      const html = await (await request(url.href)).text();
      const body = new URLSearchParams({ handle: fieldIn(html, "handle"), decision, request: "" });
      const response = await request("/authorize", { method: "POST", body });
      expect(response.status).toBe(400);
      expect(await response.text()).toContain("This page has expired");
    },
  );

  it("comes back to the request as themselves, and goes to the provider once", async () => {
    const way = new Way();
    const shown = await way.toConsent(await requestOf(), "alice");
    expect(shown.address.pathname).toBe("/authorize");
    expect(shown.page.text).toContain("Signed in as Alice Example");
    const decided = await way.press(shown, "approve");
    const onward = decided.page.links.get("continue");
    expect(onward && onward.origin + onward.pathname).toBe(REDIRECT_URI);
    expect(onward?.searchParams.get("code")).toMatch(/./);
    // The same page again, from the way back of the browser: who signed in for it is not known twice.
    const again = await way.press(await way.open(shown.address), "approve");
    expect(again.page.links.get("continue")?.origin).not.toBe(new URL(REDIRECT_URI).origin);
  });

  it("who may not come in learns so before they are asked anything", async () => {
    const way = new Way(gatehouseWith({ ALLOWED_PEOPLE: "bob@example.com" }));
    const shown = await way.toConsent(await requestOf(), "alice");
    expect([shown.status, shown.page.heading]).toEqual([403, "This account may not use Gatehouse"]);
    expect(shown.page.links.get("continue")?.searchParams.get("error")).toBe("access_denied");
    expect((await way.open(new URL("/connections", TEST_ORIGIN))).page.text).not.toContain("Alice");
  });

  it.each(["//evil.example/", "https://evil.example/", "x\r\nset-cookie: a=b", "/../connections#"])(
    "comes back to this server, whatever the form said: %s",
    async (query) => {
      const way = new Way();
      const shown = await way.open(await requestOf());
      const [form] = shown.page.forms;
      const fields = form?.fields.map((field) =>
        field.name === "request" ? { ...field, value: query } : field,
      );
      Object.assign(form ?? {}, { fields });
      const arrived = pageAt(await way.goOn(await way.press(shown, "sign-in"), "alice"));
      expect(arrived.address.origin + arrived.address.pathname).toBe(`${TEST_ORIGIN}/authorize`);
      expect(arrived.status).toBe(400);
    },
  );
});

describe("whoever signed in before", () => {
  it("is named, and the provider has to name the same person before there is a code", async () => {
    const shown = await openConsent({}, { session: await signIn("alice") });
    expect(shown.html).toContain("<bdi>Alice Example</bdi>");
    const html = await (await shown.decide()).text();
    expect(html).not.toContain("code=");
    expect(html).toContain("Continue to");
  });

  it("gets no code for somebody else's sign-in", async () => {
    const clientId = await register();
    const { url } = await authorizationUrl(clientId);
    const way = new Way();
    await way.toConsent(await requestOf(), "alice");
    const onward = await way.press(await way.open(url), "approve");
    // The provider knows alice in this browser; there bob signs in nevertheless.
    onward.page.links.get("continue")?.searchParams.set("prompt", "login");
    const arrived = pageAt(await way.goOn(onward, "bob"));
    expect([arrived.status, arrived.page.heading]).toEqual([403, "You signed in as somebody else"]);
    const told = arrived.page.links.get("continue")?.searchParams;
    expect([told?.get("error"), told?.get("code")]).toEqual(["access_denied", null]);
    expect(await theStored("sign_in", (event) => event.clientId === clientId)).toMatchObject({
      outcome: "refused",
      reason: "another_person",
    });
    // The provider knows bob now.
    const again = await way.press(await way.open(url), "approve");
    again.page.links.get("continue")?.searchParams.set("prompt", "login");
    expect(codeAt(await way.goOn(again, "alice"))).toMatch(/./);
  });

  it("can be somebody else: “Not you?” asks the provider for another account", async () => {
    const way = new Way();
    const shown = await way.toConsent(await requestOf(), "alice");
    const onward = await way.press(shown, "switch");
    expect(onward.page.links.get("continue")?.searchParams.get("prompt")).toBe("login");
    const other = pageAt(await way.goOn(onward, "bob"));
    expect(other.page.text).toContain("Signed in as Bob Example");
    const decided = await way.press(other, "approve");
    expect(codeAt(await way.goOn(decided, "bob"))).toMatch(/./);
  });

  it("decides only on what was shown to themselves", async () => {
    const shown = await openConsent({}, { session: await signIn("alice") });
    const { html } = await openConsent({}, { session: await signIn("bob") });
    for (const person of [fieldIn(html, "person"), "", "undefined"]) {
      const page = await openConsent({}, { session: shown.cookie });
      const response = await page.decide(["op:add"], { person });
      expect(response.status).toBe(400);
      expect(await response.text()).toContain("This page has expired");
    }
  });

  it("is nobody once they signed out, also for a request that they signed in for", async () => {
    const way = new Way();
    const shown = await way.toConsent(await requestOf(), "alice");
    const connections = await way.open(new URL("/connections", TEST_ORIGIN));
    const form = connections.page.forms.find(({ action }) => action.pathname.endsWith("sign-out"));
    if (form === undefined) throw new Error("No way to sign out");
    await way.browser.submit(form, {}, connections.address);
    expect((await way.press(shown, "approve")).page.heading).toBe("This page has expired");
    expect((await way.open(shown.address)).page.heading).toContain("wants to use");
  });
});

describe("a sign-in for one request", () => {
  /** The cookies of a browser that signed in for a request. */
  async function cookiesFor(url: URL): Promise<Map<string, string>> {
    const cookies = new Map<string, string>();
    const way = new Way(async (input, init) => {
      const response = await browse(input, init);
      for (const line of response.headers.getSetCookie()) {
        const [name = "", value = ""] = (line.split(";")[0] ?? "").split(/=(.*)/s);
        if (name.startsWith("__Host-gatehouse-")) cookies.set(name, value);
      }
      return response;
    });
    await way.toConsent(url, "alice");
    return cookies;
  }
  const named = (cookies: Map<string, string>, part: string) =>
    [...cookies].find(([name]) => name.includes(part)) ?? (["", ""] as const);
  const header = (cookies: ReadonlyMap<string, string>) =>
    [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  async function isDoneAtOnce(url: URL, cookie: string): Promise<boolean> {
    const change = Object.fromEntries(url.searchParams);
    const clientId = change.client_id ?? "";
    const shown = await openConsent(change, { session: cookie, clientId });
    return (await (await shown.decide()).text()).includes("code=");
  }

  it("counts for that request in that browser, for ten minutes", async () => {
    const url = await requestOf();
    const cookies = await cookiesFor(url);
    expect(await isDoneAtOnce(url, header(cookies))).toBe(true);
    pass(minutes(10) + 1_000);
    expect(await isDoneAtOnce(url, header(cookies))).toBe(false);
  });

  it("counts for no other, not even under its name", async () => {
    const [one, other] = [await requestOf(), await requestOf()];
    const [ofOne, ofOther] = [await cookiesFor(one), await cookiesFor(other)];
    const session = named(ofOne, "session");
    const moved = new Map([
      session,
      [named(ofOther, "signed-in")[0], named(ofOne, "signed-in")[1]],
    ]);
    expect(await isDoneAtOnce(other, header(moved as Map<string, string>))).toBe(false);
    expect(await isDoneAtOnce(other, header(ofOther))).toBe(true);
  });

  it("says nothing to whoever reads the cookie", async () => {
    const [, value = ""] = named(await cookiesFor(await requestOf()), "signed-in");
    const [, sealed = ""] = value.split(".");
    const text = new TextDecoder("latin1").decode(
      Uint8Array.fromBase64(sealed, { alphabet: "base64url" }),
    );
    expect(text).not.toMatch(/alice|identity/i);
  });
});

describe("what a person gave a client before", () => {
  it("is ticked and said, for the same person and client alone", async () => {
    const clientId = await register();
    const session = await signIn("alice");
    const change = { scope: "op:add" };
    const ticked = ({ html }: { html: string }) =>
      [...html.matchAll(/<input type="checkbox"[^>]*>/g)]
        .filter(([input]) => /\schecked/.test(input))
        .map(([input]) => /value="([^"]*)"/.exec(input)?.[1]);
    const first = await openConsent(change, { session, clientId });
    expect(ticked(first)).toEqual(["op:add"]);
    expect(first.html).not.toContain("You allowed this app before");

    await connect({ clientId, change, scopes: ["op:add", "usage:read"] });
    const second = await openConsent(change, { session, clientId });
    expect(ticked(second)).toEqual(["op:add", "usage:read"]);
    expect(second.html).toContain("You allowed this app before");
    const ofBob = await openConsent(change, { session: await signIn("bob"), clientId });
    const ofAnother = await openConsent(change, { session });
    for (const other of [ofBob, ofAnother]) {
      expect(ticked(other)).toEqual(["op:add"]);
      expect(other.html).not.toContain("You allowed this app before");
    }
  });
});
