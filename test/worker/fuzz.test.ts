import { expect, it } from "vitest";
import { connect, request } from "./as-client.ts";
import { signIn } from "./browser-sign-in.ts";
import { initialize } from "./mcp-client.ts";
import { TEST_ORIGIN } from "./origin.ts";

/** Whatever anybody sends is the sender's mistake: 4xx, and never 5xx. Each run sends the same. */

/** Numbers from 0 to below 1, always the same for a seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const ODD = [
  "",
  " ",
  "a".repeat(600),
  "\u20ac".repeat(300),
  "\u0000\u001b[31m\r\n",
  "\ud800",
  "%",
  "%zz%00",
  "../../..",
  "null",
  "[object Object]",
  "a:b:c",
  `${"a".repeat(600)}:b:c`,
  `${"u".repeat(32)}:${"g".repeat(16)}:${"s".repeat(32)}`,
  "https://example.invalid/x?y=\n{}",
  "https://[::1]:99999/",
  "http://",
  "authorization_code",
  "refresh_token",
  "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
  "e30.e30.e30",
  "Basic",
  `Basic ${btoa("a:b")}`,
  "Basic !!!!",
  "'; DROP TABLE audit_batches; --",
];

const FORM_NAMES = [
  ...["grant_type", "code", "refresh_token", "token", "token_type_hint", "client_id", "scope"],
  ...["client_secret", "client_assertion", "client_assertion_type", "redirect_uri", "resource"],
  ...["code_verifier", "__proto__", "constructor", "grant_type"],
];

function fuzzer(seed: number, known: readonly string[]) {
  const random = randomOf(seed);
  const pick = <Item>(items: readonly [Item, ...Item[]] | readonly Item[]): Item => {
    const item = items[Math.floor(random() * items.length)];
    if (item === undefined) throw new RangeError("Nothing to pick from");
    return item;
  };
  const value = () => pick([...ODD, ...known]);
  const form = (names: readonly string[]) => {
    const count = Math.floor(random() * 7);
    const pairs = Array.from({ length: count }, () => `${pick(names)}=${encode(value())}`);
    return pairs.join("&");
  };
  const encode = (text: string) =>
    random() < 0.1 ? text : encodeURIComponent(text.toWellFormed());
  return { random, pick, value, form };
}

/** A value that may stand in a header. */
const headerOf = (text: string) => text.replaceAll(/[^\x20-\x7e]/g, "?").trim();

const FORM_TYPE = { "content-type": "application/x-www-form-urlencoded" };

async function statusOf(path: string, init: RequestInit): Promise<number> {
  const response = await request(path, init);
  await response.body?.cancel();
  return response.status;
}

it.each([1, 2, 3])(
  "the token endpoint blames the request (seed %i)",
  async (seed) => {
    const { access_token, refresh_token, clientId } = await connect();
    const { random, pick, value, form } = fuzzer(seed, [access_token, refresh_token, clientId]);
    for (let i = 0; i < 100; i++) {
      const body = form(FORM_NAMES);
      const contentType = random() < 0.9 ? FORM_TYPE : { "content-type": headerOf(value()) };
      const authorization = random() < 0.3 ? { authorization: headerOf(value()) } : {};
      const method = pick(["POST", "POST", "POST", "PUT", "DELETE", "PATCH"]);
      const init = { method, headers: { ...contentType, ...authorization }, body };
      const status = await statusOf("/oauth/token", init);
      expect(status, `${i}: ${JSON.stringify([authorization, body])}`).toBeLessThan(500);
    }
  },
  120_000,
);

it("a bearer token that was never issued is 401", async () => {
  const { random, value } = fuzzer(4, []);
  for (let i = 0; i < 60; i++) {
    const token = headerOf(random() < 0.5 ? value() : `${value()}:${value()}:${value()}`);
    const headers = {
      authorization: `Bearer ${token}`,
      accept: "application/json, text/event-stream",
      "content-type": "application/json",
    };
    const init = { method: "POST", headers, body: JSON.stringify(initialize()) };
    const status = await statusOf("/mcp", init);
    expect([400, 401], `${token}: ${status}`).toContain(status);
  }
}, 120_000);

it("the forms of /connections blame the request", async () => {
  const cookie = await signIn();
  const { pick, value, form } = fuzzer(5, []);
  const names = ["token", "scope", "scope", "note", "proof", "__proto__"];
  for (let i = 0; i < 60; i++) {
    const grant = encodeURIComponent(value().toWellFormed());
    const path = pick([`/${grant}/scopes`, `/${grant}/end`, `/${grant}`, "/end-all", "/sign-out"]);
    const headers = { ...FORM_TYPE, cookie, origin: TEST_ORIGIN };
    const init = { method: "POST", headers, body: form(names) };
    expect(await statusOf(`/connections${path}`, init), path).toBeLessThan(500);
    const shown = await statusOf(`/connections/${grant}?${form(names)}`, { headers: { cookie } });
    expect(shown, grant).toBeLessThan(500);
  }
}, 120_000);
