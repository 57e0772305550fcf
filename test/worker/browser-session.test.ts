import { afterEach, describe, expect, inject, it, vi } from "vitest";
import { BROWSER_SESSION_SECONDS } from "../../src/engine/account/browser-session";
import { signatures } from "../../src/engine/lib/signatures";
import { browse, request } from "./as-client.ts";
import { PersonsBrowser } from "./as-person.ts";
import {
  type Callback,
  callbackOf,
  finish,
  headingOf,
  minutes,
  pass,
  proofs,
  sessionIn,
  signIn,
} from "./browser-sign-in.ts";
import { openConsent } from "./consent.ts";
import { gatehouseWith } from "./gatehouse-with.ts";
import { TEST_ORIGIN } from "./origin.ts";

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

async function isSignedIn(cookie: string, reach: typeof fetch = browse): Promise<boolean> {
  const response = await reach(`${TEST_ORIGIN}/connections`, { headers: { cookie } });
  return (await response.text()).includes("Signed in as");
}

describe("signing in with the browser alone", () => {
  it("ends at the connections, with a cookie that scripts and other sites do not get", async () => {
    const response = await finish(await callbackOf());
    expect([response.status, response.headers.get("location")]).toEqual([302, "/connections"]);
    const cookie = response.headers.getSetCookie().find((line) => line.includes("session="));
    expect(cookie?.split("; ").slice(1).sort()).toEqual(
      ["HttpOnly", `Max-Age=${BROWSER_SESSION_SECONDS}`, "Path=/", "SameSite=Lax", "Secure"].sort(),
    );
    expect(await isSignedIn(sessionIn(response) ?? "")).toBe(true);
  });

  it("clears the cookie of the sign-in, and works once", async () => {
    const callback = await callbackOf();
    const [name] = callback.cookie.split("=");
    const response = await finish(callback);
    expect(response.headers.getSetCookie()).toContainEqual(
      expect.stringMatching(new RegExp(`^${name}=; Max-Age=0;`)),
    );
    const again = await finish({ ...callback, cookie: "" });
    expect([again.status, await headingOf(again)]).toEqual([400, "This sign-in has expired"]);
  });

  it.each<[string, (callback: Callback, other: Callback) => Callback]>([
    ["in a browser that did not begin it", ({ url }) => ({ url, cookie: "" })],
    ["in a browser that began another", ({ url }, { cookie }) => ({ url, cookie })],
    [
      "with the cookie of another under its own name",
      ({ url, cookie }, other) => {
        const value = other.cookie.slice(other.cookie.indexOf("=") + 1);
        return { url, cookie: `${cookie.slice(0, cookie.indexOf("="))}=${value}` };
      },
    ],
    [
      "with a state that was changed",
      ({ url, cookie }) => {
        const state = url.searchParams.get("state") ?? "";
        const changed = new URL(url);
        changed.searchParams.set(
          "state",
          `${state.slice(0, -2)}${state.endsWith("AA") ? "BB" : "AA"}`,
        );
        return { url: changed, cookie };
      },
    ],
    [
      "with more time than it was given",
      ({ url, cookie }) => ({ url, cookie: cookie.replace(/\d+$/, (seconds) => `${seconds}0`) }),
    ],
  ])("does not end %s", async (_how, change) => {
    const response = await finish(change(await callbackOf(), await callbackOf()));
    expect(sessionIn(response)).toBeUndefined();
    expect([response.status, await headingOf(response)]).toEqual([400, "This sign-in has expired"]);
  });

  it.each([
    ["HEAD", 405],
    // A provider that answers by a form is led to the same address by GET (login/form-post-callback.ts).
    ["POST", 303],
  ])("is neither begun nor ended by %s", async (method, atCallback) => {
    const { url, cookie } = await callbackOf();
    for (const [address, status] of [
      [url.href, atCallback],
      ["/connections/sign-in", 405],
    ] as const) {
      const response = await request(address, { method, headers: { cookie } });
      expect([response.status, response.headers.getSetCookie()]).toEqual([status, []]);
    }
    expect(sessionIn(await finish({ url, cookie }))).toBeDefined();
  });

  it("does not end after ten minutes", async () => {
    const callback = await callbackOf();
    pass(minutes(10) + 1_000);
    const response = await finish(callback);
    expect([response.status, sessionIn(response)]).toEqual([400, undefined]);
  });

  it("in two tabs at once ends in both", async () => {
    const [one, two] = [await callbackOf(), await callbackOf()];
    const cookie = `${one.cookie}; ${two.cookie}`;
    expect(sessionIn(await finish({ ...two, cookie }))).toBeDefined();
    expect(sessionIn(await finish({ ...one, cookie }))).toBeDefined();
  });

  it("tells of a person's no, and of a provider that is down, and signs nobody in", async () => {
    const { url, cookie } = await callbackOf();
    const state = url.searchParams.get("state") ?? "";
    const answers = [
      ["access_denied", 403, "You are not signed in"],
      ["server_error", 503, "Signing in does not work right now"],
    ] as const;
    for (const [error, status, heading] of answers) {
      const answer = new URL(`/callback?error=${error}`, TEST_ORIGIN);
      answer.searchParams.set("state", state);
      answer.searchParams.set("iss", url.searchParams.get("iss") ?? "");
      const response = await finish({ url: answer, cookie });
      expect(sessionIn(response)).toBeUndefined();
      expect([response.status, await headingOf(response)]).toEqual([status, heading]);
    }
    const nowhere = gatehouseWith({ OIDC_ISSUER: `${inject("scriptedOrigin")}/nothing-here` });
    const response = await nowhere(`${TEST_ORIGIN}/connections/sign-in`);
    const heading = "Signing in does not work on this server";
    expect([response.status, await headingOf(response)]).toEqual([500, heading]);
  });

  it("lets in whom ALLOWED_PEOPLE lets in, and tells others who they are here", async () => {
    const onlyBob = gatehouseWith({ ALLOWED_PEOPLE: "bob@example.com" });
    expect(sessionIn(await finish(await callbackOf("bob", onlyBob), onlyBob))).toBeDefined();
    const logged = vi.spyOn(console, "warn");
    const refused = await finish(await callbackOf("alice", onlyBob), onlyBob);
    expect([refused.status, sessionIn(refused)]).toEqual([403, undefined]);
    const text = await refused.text();
    expect(text).toContain("Alice Example");
    expect(text).not.toContain("Go back to the app");
    expect(logged.mock.calls).toEqual([[{ event: "person_not_allowed" }]]);
  });

  it("is no sign-in for a client, nor the other way round", async () => {
    const onward = await (await openConsent()).decide();
    const clientState = /[?&;]state=([\w-]+)/.exec(await onward.text())?.[1] ?? "";
    const clientCookie = onward.headers.getSetCookie().map((line) => line.split(";")[0]);
    const session = await callbackOf();
    const cookies = [...clientCookie, session.cookie].join("; ");

    // The provider's answer to one, taken for an answer to the other.
    const asClient = new URL(session.url);
    asClient.searchParams.set("state", clientState);
    const first = await finish({ url: asClient, cookie: cookies });
    expect(first.headers.get("location")).toContain("error=temporarily_unavailable");
    expect(sessionIn(first)).toBeUndefined();
    const asSession = new URL(session.url);
    asSession.searchParams.set("state", `session.${clientState}`);
    expect((await finish({ url: asSession, cookie: cookies })).status).toBe(400);
  });
});

describe("a browser session", () => {
  it("ends after an hour", async () => {
    const cookie = await signIn();
    pass(BROWSER_SESSION_SECONDS * 1_000 - minutes(1));
    expect(await isSignedIn(cookie)).toBe(true);
    pass(minutes(2));
    expect(await isSignedIn(cookie)).toBe(false);
  });

  it.each<[string, (cookie: string) => string]>([
    ["another person's content", (cookie) => cookie.replace(/\.[\w-]+\./, `.${contentOf("bob")}.`)],
    ["a longer life", (cookie) => cookie.replace(/\.[\w-]+\./, `.${contentOf("alice")}.`)],
    ["another id", (cookie) => cookie.replace(/=\w/, (start) => (start === "=0" ? "=1" : "=0"))],
    ["no proof", (cookie) => cookie.replace(/\.[\w-]+$/, ".")],
    ["a proof that is none", (cookie) => cookie.replace(/\.[\w-]+$/, `.${"A".repeat(43)}`)],
    ["nothing in it", () => "__Host-gatehouse-session="],
    ["a cookie that is not this", () => "__Host-gatehouse-session=%00.%ff.."],
  ])("is none with %s", async (_what, forge) => {
    const cookie = await signIn();
    expect(await isSignedIn(cookie)).toBe(true);
    expect(await isSignedIn(forge(cookie))).toBe(false);
  });

  it("is not begun by what was signed for another purpose, nor with another secret", async () => {
    const content = contentOf("alice");
    const forged = async (purpose: string, by = proofs) =>
      `__Host-gatehouse-session=id.${content}.${await by.sign(purpose, "id", content)}`;
    expect(await isSignedIn(await forged("browser session"))).toBe(true);
    expect(await isSignedIn(await forged("form"))).toBe(false);
    const others = signatures("another-secret-that-is-long-enough-too");
    expect(await isSignedIn(await forged("browser session", others))).toBe(false);
  });

  it("ends with the secret", async () => {
    const rotated = gatehouseWith({ SESSION_SECRET: "a-new-secret-that-is-long-enough-too" });
    expect(await isSignedIn(await signIn(), rotated)).toBe(false);
  });

  it("is ended by signing out", async () => {
    const browser = new PersonsBrowser();
    const out = await browser.submit(await browser.signIn("alice"), "/connections/sign-out");
    expect(out.page.heading).toBe("You are signed out");
    expect((await browser.open("/connections")).page.text).toContain("Sign in with");
  });

  it("tells neither cookie nor person to the log", async () => {
    const logged = (["log", "info", "warn", "error"] as const).map((level) =>
      vi.spyOn(console, level),
    );
    const cookie = await signIn();
    await isSignedIn(cookie);
    // Names, addresses and tokens are looked for after every test (logs.setup.ts).
    const lines = logged.flatMap(({ mock }) => mock.calls.flat());
    for (const line of lines) expect(line).toMatchObject({ event: "request" });
    expect(JSON.stringify(lines)).not.toContain(cookie.slice(-20));
  });
});

/** What a cookie would say of a session that lasts for ever. */
function contentOf(userId: string): string {
  const content = { userId, name: "Forged", expiresAtSeconds: 9_999_999_999 };
  return btoa(JSON.stringify(content)).replace(/=+$/, "");
}
