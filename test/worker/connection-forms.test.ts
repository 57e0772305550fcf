import { afterEach, describe, expect, it, vi } from "vitest";
import { BROWSER_SESSION_SECONDS } from "../../src/engine/account/browser-session";
import { connect, request } from "./as-client.ts";
import { headingOf, pass, proofs, signIn } from "./browser-sign-in.ts";
import { refresh } from "./grants.ts";
import { TEST_ORIGIN } from "./origin.ts";

afterEach(() => {
  vi.useRealTimers();
});

describe("a form", () => {
  /** The parts of a form that ends a connection, as its page has them. */
  async function endForm(cookie: string, path: string): Promise<URLSearchParams> {
    const html = await (await request(path, { headers: { cookie } })).text();
    return new URLSearchParams({ token: /name="token" value="([^"]+)"/.exec(html)?.[1] ?? "" });
  }

  async function setUp() {
    const tokens = await connect();
    const path = `/connections/${tokens.refresh_token.split(":")[1]}`;
    const cookie = await signIn();
    const headers = { cookie, origin: TEST_ORIGIN };
    return { tokens, path, headers, body: await endForm(cookie, path) };
  }

  const nothingHappened = async (tokens: Parameters<typeof refresh>[0]) =>
    expect((await refresh(tokens)).status).toBe(200);

  it("of this page is taken", async () => {
    const { tokens, path, headers, body } = await setUp();
    const response = await request(`${path}/end`, { method: "POST", headers, body });
    expect(response.status).toBe(303);
    expect((await refresh(tokens)).status).toBe(400);
  });

  it.each<[string, Record<string, string>]>([
    ["another site", { origin: "https://evil.example" }],
    ["a sibling subdomain", { origin: "https://evil.mcp.test", "sec-fetch-site": "same-site" }],
    ["a sandboxed frame", { origin: "null", "sec-fetch-site": "cross-site" }],
    ["nobody knows where", { origin: "" }],
  ])("from %s does nothing, even with the right token", async (_where, change) => {
    const { tokens, path, headers, body } = await setUp();
    for (const address of [`${path}/end`, `${path}/scopes`, "/connections/end-all"]) {
      const init = { method: "POST", headers: { ...headers, ...change }, body };
      const response = await request(address, init);
      expect([address, response.status]).toEqual([address, 403]);
      expect(await headingOf(response)).toBe("That form was not from this server");
    }
    await nothingHappened(tokens);
  });

  it("is taken where the browser names no origin but says that it is the same", async () => {
    const { path, headers, body } = await setUp();
    const init = { ...headers, origin: "null", "sec-fetch-site": "same-origin" };
    const response = await request(`${path}/end`, { method: "POST", headers: init, body });
    expect(response.status).toBe(303);
  });

  it("does nothing without its token, or with that of another session", async () => {
    const { tokens, path, headers } = await setUp();
    const bodies = [
      new URLSearchParams(),
      new URLSearchParams({ token: "A".repeat(43) }),
      await endForm(await signIn(), path),
      JSON.stringify({}),
    ];
    for (const body of bodies) {
      const response = await request(`${path}/end`, { method: "POST", headers, body });
      expect([response.status, await headingOf(response)]).toEqual([
        403,
        "This page is out of date",
      ]);
    }
    await nothingHappened(tokens);
  });

  it("does nothing once the session is over, and leads to signing in", async () => {
    const { tokens, path, headers, body } = await setUp();
    pass(BROWSER_SESSION_SECONDS * 1_000 + 1_000);
    for (const address of [`${path}/end`, "/connections/end-all", "/connections/sign-out"]) {
      const response = await request(address, { method: "POST", headers, body });
      const text = await response.text();
      expect([response.status, text]).toEqual([
        403,
        expect.stringContaining("Nothing was changed"),
      ]);
      expect(text).toContain('href="/connections/sign-in"');
    }
    vi.useRealTimers();
    await nothingHappened(tokens);
  });

  it("is no larger than a form is", async () => {
    const { path, headers } = await setUp();
    const body = new URLSearchParams({ token: "x".repeat(100_000) });
    expect((await request(`${path}/end`, { method: "POST", headers, body })).status).toBe(413);
  });

  it.each(["/connections", "/connections/sign-in"])("is not what %s takes", async (path) => {
    const init = { method: "POST", headers: { origin: TEST_ORIGIN }, body: new URLSearchParams() };
    expect((await request(path, init)).status).toBe(405);
  });
});

describe("a page", () => {
  it.each(["/connections", "/connections/end-all", "/connections/sign-in?x"])(
    "%s is neither framed nor kept by caches",
    async (path) => {
      const { headers } = await request(path);
      expect(headers.get("cache-control")).toBe("no-store");
      if (path.includes("sign-in")) return;
      expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
      expect(headers.get("x-frame-options")).toBe("DENY");
    },
  );

  it("cannot be made to say by a link that something was done", async () => {
    const [cookie, other] = [await signIn(), await signIn()];
    const note = JSON.stringify({ kind: "ended", clientName: "Forged" });
    const shows = async (proof: string) => {
      const address = `/connections?${new URLSearchParams({ note, proof })}`;
      return (await (await request(address, { headers: { cookie } })).text()).includes("Forged");
    };
    const value = (of: string) => of.slice(of.indexOf("=") + 1);
    expect(await shows(await proofs.sign("note", value(cookie), "/connections", note))).toBe(true);
    expect(await shows(await proofs.sign("note", value(other), "/connections", note))).toBe(false);
    const ofAnotherPage = await proofs.sign("note", value(cookie), "/connections/x", note);
    expect(await shows(ofAnotherPage)).toBe(false);
    expect(await shows("")).toBe(false);
  });
});
