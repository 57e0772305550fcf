import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { signatures } from "../../src/engine/lib/signatures";
import { connectTickets } from "../../src/engine/linked/connect-ticket";
import { browse } from "../worker/as-client.ts";
import { PersonsBrowser, signedIn } from "../worker/as-person.ts";
import { minutes, pass, proofs } from "../worker/browser-sign-in.ts";
import {
  clientOf,
  connected,
  failureOf,
  faults,
  follow,
  goOn,
  linkFor,
  seenAt,
  sessionOf,
  startAfresh,
} from "./service.ts";

beforeEach(startAfresh);
afterEach(() => vi.useRealTimers());

const linkOf = async (person: "alice" | "bob") => linkFor((await clientOf(person)).access_token);

describe("a link", () => {
  it("does nothing for another person, and says as whom they are signed in", async () => {
    const link = await linkOf("alice");
    const browser = await signedIn("bob");
    const { status, page } = await browser.open(link);
    expect(status).toBe(403);
    expect(page.heading).toBe("This link is for somebody else");
    expect(page.text).toContain("Bob Example");
    expect(page.text).toContain("Nothing happened");
    expect(page.forms).toEqual([]);
  });

  it("cannot be posted by another person either", async () => {
    const link = await linkOf("alice");
    const bob = await signedIn("bob");
    const own = await bob.open(await linkOf("bob"));
    const [form] = own.page.forms;
    const fields = form?.fields.map((field) =>
      field.name === "ticket"
        ? { ...field, value: new URLSearchParams(link.split("?")[1]).get("ticket") ?? "" }
        : field,
    );
    const swapped = {
      ...own,
      page: { ...own.page, forms: form ? [{ ...form, fields: fields ?? [] }] : [] },
    };
    const { page } = await bob.submit(swapped, "/connect/tracker");
    expect(page.heading).toBe("This link is for somebody else");
  });

  it("says which app wants which service, and what for", async () => {
    const { page } = await (await signedIn("alice")).open(await linkOf("alice"));
    expect(page.heading).toBe("Connect Tracker?");
    expect(page.text).toContain("Test client");
    expect(page.text).toContain("Read your issues issues:read");
    expect(page.text).toContain("Signed in here as Alice Example");
  });

  it("ends after ten minutes", async () => {
    const browser = await signedIn("alice");
    const link = await linkOf("alice");
    pass(minutes(11));
    expect((await browser.open(link)).page.heading).toBe("This link has expired");
  });

  it("is refused when it was changed, is signed for something else, or is for another service", async () => {
    const browser = await signedIn("alice");
    const link = await linkOf("alice");
    const text = new URLSearchParams(link.split("?")[1]).get("ticket") ?? "";
    const [content = ""] = text.split(".");
    const other = `${content}.${await proofs.sign("form", content)}`;
    for (const address of [
      `/connect/tracker?ticket=x${text}`,
      `/connect/tracker?ticket=${content}`,
      `/connect/tracker?ticket=${text}.more`,
      `/connect/tracker?ticket=${other}`,
      "/connect/tracker",
      `/connect/calendar?ticket=${text}`,
    ]) {
      expect((await browser.open(address)).page.heading, address).toBe(
        "This link is not from here",
      );
    }
    expect((await browser.open(`/connect/nothing?ticket=${text}`)).status).toBe(404);
  });

  it("is good once", async () => {
    const { access_token } = await clientOf("alice");
    const link = await linkFor(access_token);
    const browser = await signedIn("alice");
    await follow(browser, link, "alice");
    expect((await browser.open(link)).page.heading).toBe("This link was used already");
  });

  it("does nothing without the page's own proof", async () => {
    const browser = await signedIn("alice");
    const shown = await browser.open(await linkOf("alice"));
    const [form] = shown.page.forms;
    if (form === undefined) throw new Error("No form");
    const fields = form.fields.filter(({ name }) => name !== "token");
    const forged = { ...shown, page: { ...shown.page, forms: [{ ...form, fields }] } };
    expect((await browser.submit(forged, "/connect/tracker")).status).toBe(403);
  });

  it("asks for a click when only the app is new", async () => {
    const { browser } = await connected("alice");
    await faults("tracker");
    const second = await clientOf("alice");
    const session = await sessionOf(second.access_token);
    expect(failureOf(await session.call("tracker_me")).text).toContain("not for this app");
    const asked = await browser.open(await linkFor(second.access_token));
    expect(asked.page.heading).toBe("Allow this app to use Tracker?");
    const done = await browser.submit(asked, "/connect/tracker");
    expect(done.page.heading).toBe("Tracker is connected");
    expect((await seenAt("tracker")).grants).toEqual([]);
    expect(await session.use("tracker_me")).toEqual({ person: "alice" });
  });
});

describe("on the way back from the service", () => {
  it("nothing is connected when the person refused there", async () => {
    const { access_token } = await clientOf("bob");
    const shown = await follow(await signedIn("bob"), await linkFor(access_token), "nobody");
    expect([shown.status, shown.page.heading]).toEqual([403, "Tracker is not connected"]);
    expect(failureOf(await (await sessionOf(access_token)).call("tracker_me")).code).toBe(
      "connection_required",
    );
  });

  it.each(["nonsense", "down", "invalid_grant"])(
    "nothing is connected when the token endpoint answers %s",
    async (token) => {
      const link = await linkOf("bob");
      await faults("tracker", { token });
      const shown = await follow(await signedIn("bob"), link, "bob");
      expect([shown.status, shown.page.heading]).toEqual([503, "Tracker is not connected"]);
    },
  );

  /** Goes to the service and back, up to the address that it sends the browser to. */
  async function callbackOf(person: "alice" | "bob") {
    let callback: URL | undefined;
    const link = await linkOf(person);
    const browser = await signedIn(person, async (input, init) => {
      const asked = new Request(input, init);
      const url = new URL(asked.url);
      if (url.pathname !== "/connect/tracker/callback" || callback !== undefined)
        return browse(asked);
      callback = url;
      return new Response("<h1>Stopped before the callback</h1>");
    });
    await follow(browser, link, person);
    if (callback === undefined) throw new Error("The browser did not come back");
    return { browser, callback: `${callback.pathname}${callback.search}` };
  }

  it("a code that another browser got does not come in", async () => {
    const { callback } = await callbackOf("alice");
    for (const browser of [await signedIn("alice"), await signedIn("bob"), new PersonsBrowser()]) {
      expect((await browser.open(callback)).page.heading).toBe("This has expired");
    }
  });

  it("nor one that came for another person, in the same browser", async () => {
    const { browser, callback } = await callbackOf("alice");
    await browser.signIn("bob");
    expect((await browser.open(callback)).page.heading).toBe("This has expired");
  });

  it("an answer of another issuer is refused (RFC 9207)", async () => {
    const { browser, callback } = await callbackOf("alice");
    const url = new URL(callback, "https://example.com");
    url.searchParams.set("iss", "https://attacker.example");
    const shown = await browser.open(`${url.pathname}${url.search}`);
    expect(shown.page.heading).toBe("Tracker is not connected");
  });

  it("an answer counts once", async () => {
    const { browser, callback } = await callbackOf("alice");
    expect((await browser.open(callback)).page.heading).toBe("Tracker is connected");
    expect((await browser.open(callback)).page.heading).toBe("This has expired");
  });

  it("a person who used the link in two browsers connects once", async () => {
    const link = await linkOf("bob");
    const headings = [];
    const choosers = [];
    for (const browser of [await signedIn("bob"), await signedIn("bob")]) {
      const asked = await browser.open(link);
      choosers.push({
        browser,
        chooser: await goOn(browser, await browser.submit(asked, "/connect/tracker")),
      });
    }
    for (const { browser, chooser } of choosers) {
      const press = { name: "person", value: "bob" };
      const path = chooser.page.forms[0]?.action.pathname ?? "";
      headings.push((await browser.submit(chooser, path, { press })).page.heading);
    }
    expect(headings).toEqual(["Tracker is connected", "This link was used already"]);
    // What came for nothing is given back.
    expect((await seenAt("tracker")).revocations).toBe(1);
  });
});

it("tickets of one server do not count at one with another secret", async () => {
  const foreign = connectTickets(signatures("another secret, long enough to be taken"));
  const of = { userId: "u", clientId: "c", clientName: "n", api: "tracker" };
  const { text } = await foreign.issue(of);
  expect(await connectTickets(proofs).read(text)).toBeUndefined();
  expect(await foreign.read(text)).toMatchObject(of);
});
