import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import {
  authorizationUrl,
  authorize,
  connect,
  REDIRECT_URI,
  register,
  request,
} from "./as-client.ts";
import { signIn } from "./browser-sign-in.ts";
import { fieldIn, openConsent } from "./consent.ts";
import { gatehouseOf } from "./gatehouse.ts";
import { gatehouseWith } from "./gatehouse-with.ts";
import { Session } from "./mcp-client.ts";
import { TEST_ORIGIN } from "./origin.ts";
import { configOf } from "./server.ts";

/** What the client is told in a redirect; checks that it went to the client with its state and our issuer. */
function errorIn(callback: URL): string | null {
  expect(callback.origin + callback.pathname).toBe(REDIRECT_URI);
  expect(callback.searchParams.get("state")).toBe("the-clients-state");
  expect(callback.searchParams.get("iss")).toBe(TEST_ORIGIN);
  expect(callback.searchParams.get("code")).toBeNull();
  return callback.searchParams.get("error");
}

/** Sends an authorization request that must be answered by a redirect back to the client. */
async function redirectedError(change: Record<string, string | null>): Promise<string | null> {
  const { url } = await authorizationUrl(await register(), change);
  const response = await request(url.href);
  expect(response.status).toBe(302);
  return errorIn(new URL(response.headers.get("location") ?? ""));
}

describe("an authorization request that is wrong", () => {
  it.each<[string, Record<string, string | null>, string]>([
    ["no PKCE", { code_challenge: null, code_challenge_method: null }, "invalid_request"],
    ["PKCE by plain", { code_challenge_method: "plain" }, "invalid_request"],
    [
      "PKCE without a method, which means plain",
      { code_challenge_method: null },
      "invalid_request",
    ],
    ["another response type", { response_type: "token" }, "unsupported_response_type"],
    ["a resource that is not here", { resource: "https://other.example/mcp" }, "invalid_target"],
  ])("%s: the client is told", async (_what, change, error) => {
    expect(await redirectedError(change)).toBe(error);
  });

  it("refuses a confidential client without PKCE too", async () => {
    const clientId = await register({ token_endpoint_auth_method: "client_secret_basic" });
    const { url } = await authorizationUrl(clientId, {
      code_challenge: null,
      code_challenge_method: null,
    });
    const response = await request(url.href);
    expect(errorIn(new URL(response.headers.get("location") ?? ""))).toBe("invalid_request");
  });

  it.each<[string, Record<string, string | null>, RegExp]>([
    ["an unknown client", { client_id: "unknown" }, /not registered here/],
    ["no client", { client_id: null }, /not registered here/],
    ["another redirect URI", { redirect_uri: "https://evil.example/" }, /wrong address/],
    ["no redirect URI", { redirect_uri: null }, /wrong address/],
    ["another path on localhost", { redirect_uri: "http://localhost:3334/other" }, /wrong address/],
    [
      "a client document that is not there",
      { client_id: "https://nowhere.invalid/client.json" },
      /could not be checked/,
    ],
  ])("%s: a page for the person, and never a redirect", async (_what, change, title) => {
    const { url } = await authorizationUrl(await register(), change);
    const response = await request(url.href);
    expect(response.status).toBe(400);
    expect(response.headers.get("location")).toBeNull();
    expect(response.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    const html = await response.text();
    expect(/<h1[^>]*>(.*?)<\/h1>/s.exec(html)?.[1]).toMatch(title);
    expect(html).not.toContain("evil.example");
  });

  it("refuses an app's own scheme as redirect URI, unless the operator lets it (RFC 8252, section 7.1)", async () => {
    const clientId = await register({ redirect_uris: [REDIRECT_URI, "cursor://oauth/callback"] });
    const { url } = await authorizationUrl(clientId, { redirect_uri: "cursor://oauth/callback" });
    expect((await request(url.href)).status).toBe(400);
    const config = configOf({ ...env, PRIVATE_USE_REDIRECT_URIS: "on" });
    const gatehouse = gatehouseOf(config);
    const response = await gatehouse(new Request(url), env, createExecutionContext());
    expect(response.status).toBe(200);
  });

  it("lets the port of a loopback redirect URI vary (RFC 8252, section 7.3)", async () => {
    const { callback } = await authorize({
      change: { redirect_uri: "http://localhost:50111/oauth/callback" },
    });
    expect(callback.port).toBe("50111");
    expect(callback.searchParams.get("code")).not.toBeNull();
  });
});

describe("a wrong request of a client that anybody could have registered", () => {
  const ELSEWHERE = "https://app.example:8443/callback?brand=yours";

  it.each<[string, Record<string, string | null>, string]>([
    ["no PKCE", { code_challenge: null, code_challenge_method: null }, "invalid_request"],
    ["another response type", { response_type: "token" }, "unsupported_response_type"],
    ["a resource that is not here", { resource: "https://other.example/mcp" }, "invalid_target"],
    ["another response mode", { response_mode: "form_post" }, "invalid_request"],
  ])("%s: a page that leads on by a click only", async (_what, change, code) => {
    const clientId = await register({ redirect_uris: [ELSEWHERE] });
    const { url } = await authorizationUrl(clientId, { redirect_uri: ELSEWHERE, ...change });
    const response = await request(url.href);
    expect(response.status).toBe(400);
    expect(response.headers.get("location")).toBeNull();
    const html = await response.text();
    expect(html).not.toContain("http-equiv");
    expect(html).toContain("<bdi>app.example:8443</bdi>");
    const href = /class="button primary"[^>]* href="([^"]*)"/.exec(html)?.[1];
    const link = new URL(href?.replaceAll("&amp;", "&") ?? "");
    expect(link.searchParams.get("error")).toBe(code);
    expect(link.searchParams.get("state")).toBe("the-clients-state");
  });

  it("is a redirect where the operator chose the clients", async () => {
    const clientId = await register({ redirect_uris: [ELSEWHERE] });
    const change = { redirect_uri: ELSEWHERE, response_type: "token" };
    const { url } = await authorizationUrl(clientId, change);
    const gatehouse = gatehouseWith({ ALLOWED_CLIENTS: "https://app.example:8443" });
    expect((await gatehouse(url)).status).toBe(302);
  });
});

describe("parameters of an authorization request", () => {
  it("without a value are absent (RFC 6749, section 3.1)", async () => {
    const { url } = await authorizationUrl(await register(), { scope: null, resource: null });
    for (const name of ["scope", "resource", "response_mode", "prompt", "state"]) {
      url.searchParams.append(name, "");
    }
    expect((await request(url.href)).status).toBe(200);
  });

  it("without a value do not hide another of their name from ALLOWED_CLIENTS", async () => {
    const evil = "https://evil.example/callback";
    const clientId = await register({ redirect_uris: [evil, REDIRECT_URI] });
    const { url } = await authorizationUrl(clientId, { redirect_uri: "" });
    url.searchParams.append("redirect_uri", evil);
    const gatehouse = gatehouseWith({ ALLOWED_CLIENTS: "loopback" });
    expect((await gatehouse(url)).status).toBe(403);
  });

  it.each([
    "a".repeat(600),
    "\u00e9".repeat(300),
    "a\nb",
    `https://a.example/${"x".repeat(2_000)}`,
  ])(
    "with a client id that there cannot be are a page, and leave nothing in the log",
    async (clientId) => {
      const logs = vi.spyOn(console, "warn");
      const { url } = await authorizationUrl(clientId);
      expect((await request(url.href)).status).toBe(400);
      expect(JSON.stringify(logs.mock.calls)).not.toContain(clientId.slice(0, 20));
      logs.mockRestore();
    },
  );
});

describe("the consent page", () => {
  it("has the headers that keep it from being framed, cached or scripted", async () => {
    const { url } = await authorizationUrl(await register());
    const { headers } = await request(url.href);
    expect(headers.get("content-security-policy")).toBe(
      "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    );
    expect(headers.get("x-frame-options")).toBe("DENY");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("strict-transport-security")).toBe("max-age=31536000");
    expect(headers.get("document-policy")).toBe("force-load-at-top");
    // A client's page that opened this one in a window waits for it to end.
    expect(headers.get("cross-origin-opener-policy")).toBeNull();
    const front = await request("/");
    expect(front.headers.get("cross-origin-opener-policy")).toBe("same-origin");
    expect(headers.get("set-cookie")).toMatch(/^__Host-.*; Secure/i);
  });

  it("escapes what a client calls itself", async () => {
    const clientId = await register({ client_name: `<img src=x onerror="alert(1)">` });
    const html = await (await request((await authorizationUrl(clientId)).url.href)).text();
    expect(html).not.toContain("<img");
    expect(html).toContain("&lt;img");
  });

  it("offers unasked scopes unticked, drops unknown ones, and takes none for the baseline", async () => {
    const session = await signIn();
    const ticked = async (scope: string | null) => {
      const { html } = await openConsent({ scope }, { session });
      return [...html.matchAll(/<input type="checkbox"[^>]*>/g)]
        .filter(([input]) => /\schecked/.test(input))
        .map(([input]) => /value="([^"]*)"/.exec(input)?.[1]);
    };
    const baseline = [
      "op:add",
      "op:sub",
      "op:mult",
      "op:div",
      "account:read",
      "notes:read",
      "notes:write",
    ];
    expect(await ticked("op:add  notes:read admin:everything")).toEqual(["op:add", "notes:read"]);
    expect(await ticked(null)).toEqual(baseline);
    expect(await ticked("offline_access openid")).toEqual(baseline);
    expect(await ticked("usage:read")).toEqual(["usage:read"]);
  });
});

describe("what the person decides", () => {
  it("approves: the client gets a code with state and iss", async () => {
    const { callback } = await authorize();
    expect(callback.searchParams.get("code")).toMatch(/.+/);
    expect(callback.searchParams.get("state")).toBe("the-clients-state");
    expect(callback.searchParams.get("iss")).toBe(TEST_ORIGIN);
  });

  it("denies: the client gets access_denied, before any sign-in", async () => {
    expect(errorIn((await authorize({ decision: "deny" })).callback)).toBe("access_denied");
  });

  it("cancels at the identity provider: the client gets access_denied", async () => {
    const { callback } = await authorize({ decision: "cancel-at-provider" });
    expect(errorIn(callback)).toBe("access_denied");
  });

  it("unticks a scope: the token lacks it, and its tool is gone", async () => {
    const tokens = await connect({ scopes: ["op:add", "notes:read"] });
    expect(tokens.scope.split(" ").sort()).toEqual(["notes:read", "op:add"]);
    const session = await Session.open(tokens.access_token);
    expect(await session.toolNames()).toEqual(["calculator", "list_notes"]);
  });

  it("ticks one that was not asked for: the token has it", async () => {
    const tokens = await connect({ change: { scope: "op:add" }, scopes: ["op:add", "usage:read"] });
    expect(tokens.scope.split(" ").sort()).toEqual(["op:add", "usage:read"]);
  });

  it("ticks nothing: is asked to decide, and still can", async () => {
    const shown = await openConsent();
    const response = await shown.decide([]);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("Nothing was ticked");
    expect((await shown.decide()).status).toBe(200);
  });

  it("cannot be made to grant a scope that is not there", async () => {
    const response = await (await openConsent()).decide(["admin:everything"]);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("out of date");
  });
});

describe("a consent form that does not belong here", () => {
  it("is refused without the cookie of the page, as another site's form would come", async () => {
    const { handle, html } = await openConsent();
    const person = fieldIn(html, "person");
    const response = await request("/authorize", {
      method: "POST",
      body: new URLSearchParams({ handle, decision: "approve", scope: "op:add", person }),
    });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("This page has expired");
  });

  it("is refused when sent twice", async () => {
    const shown = await openConsent();
    expect((await shown.decide()).status).toBe(200);
    expect((await shown.decide()).status).toBe(400);
  });

  it.each<[string, RequestInit]>([
    ["no body", {}],
    ["JSON", { body: "{}", headers: { "content-type": "application/json" } }],
    ["an empty form", { body: new URLSearchParams() }],
  ])("is refused when it is %s", async (_what, init) => {
    const response = await request("/authorize", { method: "POST", ...init });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("This page has expired");
  });

  it("is refused when it is too large", async () => {
    const body = new URLSearchParams({ handle: "x".repeat(100_000) });
    expect((await request("/authorize", { method: "POST", body })).status).toBe(413);
  });

  it("leaves a second tab alone", async () => {
    const clientId = await register();
    const tabs = await Promise.all(
      ["first", "second"].map(async (state) => {
        const { url } = await authorizationUrl(clientId, { state });
        const shown = await request(url.href);
        return { state, cookie: cookieOf(shown), handle: await handleOf(shown) };
      }),
    );
    // A browser sends both cookies with each form, whichever tab it comes from.
    const cookie = tabs.map((tab) => tab.cookie).join("; ");
    for (const { state, handle } of tabs) {
      const body = new URLSearchParams({ handle, decision: "deny" });
      const response = await request("/authorize", { method: "POST", headers: { cookie }, body });
      expect(await response.text()).toContain(`state=${state}&`);
    }
  });
});

describe("a callback that does not belong here", () => {
  it.each(["/callback", "/callback?code=x", "/callback?code=x&state=forged"])(
    "%s is a page",
    async (path) => {
      const response = await request(path);
      expect(response.status).toBe(400);
      expect(await response.text()).toContain("This page has expired");
    },
  );
});

async function handleOf(shown: Response): Promise<string> {
  return /name="handle" value="([^"]+)"/.exec(await shown.text())?.[1] ?? "";
}

function cookieOf(shown: Response): string {
  return shown.headers.get("set-cookie")?.split(";")[0] ?? "";
}
