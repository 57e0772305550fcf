import { SignJWT } from "jose";
import { afterEach, describe, expect, it, vi } from "vitest";
import { json, newKey, type ScriptedAuthority } from "../support/scripted-authority.ts";
import { externalGatehouse } from "./external-gatehouse.ts";
import { requestsTo, script, startAuthority } from "./scripted.ts";

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Keeps refusals that are logged once a minute apart from those of other tests. */
let minutes = 2;

const CLIENT_ID = "gate-house_1.~";

async function start(vars: Record<string, string> = {}) {
  const authority = await startAuthority("ES256");
  const active = (change: Record<string, unknown> = {}) => ({
    active: true,
    ...authority.claims(change),
  });
  await authority.introspects(active());
  const gatehouse = externalGatehouse({
    AUTH_MODE: "introspection",
    AS_ISSUER: authority.issuer,
    AS_CLIENT_ID: CLIENT_ID,
    AS_CLIENT_SECRET: "s-e.c_r~et*",
    ...vars,
  });
  const asked = () => requestsTo(authority.paths.introspection);
  const statusOf = async (token = "opaque") => (await gatehouse.call(token, "whoami")).status;
  return { authority, active, asked, gatehouse, statusOf };
}

const answersAs = (authority: ScriptedAuthority, status: number, body: unknown) =>
  script(authority.paths.introspection, { ...json(body), status });

describe("the credential", () => {
  it("stands in a Basic header as servers read it that do not decode", async () => {
    const { asked, statusOf } = await start();
    expect(await statusOf()).toBe(200);
    const [request] = await asked();
    expect(request?.headers.authorization).toBe(`Basic ${btoa(`${CLIENT_ID}:s-e.c_r~et*`)}`);
  });

  it.each<[string, number, Record<string, unknown>, Record<string, string>, number]>([
    ["is tried in the form", 401, { error: "invalid_client" }, {}, 2],
    ["is tried in the form", 400, { error: "invalid_client" }, {}, 2],
    ["stays where AS_CLIENT_AUTH has it", 401, {}, { AS_CLIENT_AUTH: "client_secret_basic" }, 1],
    ["is not tried after another error", 400, { error: "invalid_request" }, {}, 1],
  ])("that is refused by Basic %s (%i)", async (_name, status, body, vars, requests) => {
    const { authority, asked, statusOf } = await start(vars);
    await answersAs(authority, status, body);
    expect(await statusOf()).toBe(503);
    expect(await asked()).toHaveLength(requests);
    const form = new URLSearchParams((await asked()).at(-1)?.body);
    expect(form.has("client_secret")).toBe(requests === 2);
  });

  it("is not tried in the form where the server announces Basic alone", async () => {
    const { authority, asked, statusOf } = await start();
    await authority.publish({
      token_endpoint_auth_methods_supported: ["client_secret_post"],
      introspection_endpoint_auth_methods_supported: ["client_secret_basic"],
    });
    await answersAs(authority, 401, {});
    expect(await statusOf()).toBe(503);
    expect(await asked()).toHaveLength(1);
  });

  it.each([
    ["s3cret", /compare AS_CLIENT_ID/],
    ["s3cret/with+more", /may not decode them: set AS_CLIENT_AUTH/],
  ])("%s that is refused is explained in the log", async (AS_CLIENT_SECRET, hint) => {
    const { authority, statusOf } = await start({ AS_CLIENT_SECRET });
    await answersAs(authority, 401, { error: "invalid_client" });
    const log = vi.spyOn(console, "error");
    await statusOf();
    expect(log).toHaveBeenCalledWith(
      expect.objectContaining({
        event: "client_authentication_refused",
        hint: expect.stringMatching(hint),
      }),
    );
  });
});

describe("an error answer", () => {
  const foreign = (authority: ScriptedAuthority) =>
    authority.token({ iss: "https://other.example" });
  const own = (authority: ScriptedAuthority) => authority.token();
  const opaque = async () => "opaque";
  it.each<[string, number, unknown, (authority: ScriptedAuthority) => Promise<string>, number]>([
    ["says that the token is none of its own", 400, { error: "invalid_token" }, opaque, 401],
    ["says so with 401", 401, { error: "invalid_token" }, opaque, 401],
    ["says so of the type", 400, { error: "unsupported_token_type" }, opaque, 401],
    ["calls the request bad, of a foreign JWT", 400, { error: "invalid_request" }, foreign, 401],
    ["is bare, of a foreign JWT", 400, {}, foreign, 401],
    ["calls the request bad, of its own JWT", 400, { error: "invalid_request" }, own, 503],
    ["calls the request bad, of an opaque token", 400, { error: "invalid_request" }, opaque, 503],
    ["is about this server", 401, { error: "invalid_client" }, foreign, 503],
    ["is about its rights", 403, { error: "access_denied" }, foreign, 503],
    ["is a limit", 429, {}, foreign, 503],
  ])("that %s: %i", async (_name, status, body, tokenOf, expected) => {
    const { authority, statusOf } = await start();
    await answersAs(authority, status, body);
    expect(await statusOf(await tokenOf(authority))).toBe(expected);
  });
});

describe("an answer that is a JWT (RFC 9701)", () => {
  async function answer(change: { aud?: string; iss?: string; typ?: string; forged?: boolean }) {
    const started = await start();
    const { authority, active } = started;
    const key = change.forged ? await newKey("ES256") : authority.keys[0];
    if (key === undefined) throw new TypeError("There is no key");
    const jwt = await new SignJWT({ token_introspection: active() })
      .setProtectedHeader({
        alg: key.alg,
        kid: authority.keys[0]?.kid ?? "",
        typ: change.typ ?? "token-introspection+jwt",
      })
      .setIssuer(change.iss ?? authority.issuer)
      .setAudience(change.aud ?? CLIENT_ID)
      .setIssuedAt()
      .sign(key.privateKey);
    await script(authority.paths.introspection, {
      headers: { "content-type": "application/token-introspection+jwt" },
      body: jwt,
    });
    return started.statusOf();
  }

  it.each<[string, Parameters<typeof answer>[0], number]>([
    ["of this server is taken", {}, 200],
    ["with another's signature is not", { forged: true }, 503],
    ["for another client is not", { aud: "another" }, 503],
    ["of another issuer is not", { iss: "https://other.example" }, 503],
    ["of another type is not", { typ: "JWT" }, 503],
  ])("%s", async (_name, change, status) => {
    expect(await answer(change)).toBe(status);
  });
});

describe("the server's endpoint", () => {
  it.each<[string, Record<string, unknown>]>([
    ["was not announced", { introspection_endpoint: undefined }],
    ["was no address", { introspection_endpoint: "introspect" }],
  ])("that %s is found once that is put right", async (_name, wrong) => {
    const { authority, statusOf } = await start();
    await authority.publish(wrong);
    expect(await statusOf()).toBe(503);
    await authority.publish({});
    vi.useFakeTimers({ now: Date.now() + 31_000, toFake: ["Date"] });
    expect(await statusOf()).toBe(200);
  });

  it("that has moved is found", async () => {
    const { authority, active, statusOf } = await start();
    expect(await statusOf()).toBe(200);
    await script(authority.paths.introspection, { status: 404 });
    const moved = `${authority.issuer}/moved`;
    await script(new URL(moved).pathname, json(active()));
    await authority.publish({ introspection_endpoint: moved });
    vi.useFakeTimers({ now: Date.now() + 31_000, toFake: ["Date"] });
    expect(await statusOf()).toBe(200);
  });

  it("is found although discovery takes three seconds", async () => {
    const { authority, statusOf } = await start();
    await script(authority.paths.metadata, { ...json(authority.metadata()), delayMs: 3_000 });
    expect(await statusOf()).toBe(200);
  }, 20_000);
});

it("a made-up token that is repeated is asked about once in five seconds", async () => {
  const { authority, asked, active, statusOf } = await start();
  await authority.introspects({ active: false });
  for (let i = 0; i < 5; i++) expect(await statusOf("made-up")).toBe(401);
  expect(await asked()).toHaveLength(1);
  // Another one is another question, and one that becomes good is soon taken.
  await authority.introspects(active());
  expect(await statusOf("another")).toBe(200);
  vi.useFakeTimers({ now: Date.now() + 5_001, toFake: ["Date"] });
  expect(await statusOf("made-up")).toBe(200);
});

it("a token that begins within the tolerance of clocks is taken", async () => {
  const { authority, active, statusOf } = await start();
  const nowSeconds = Math.floor(Date.now() / 1_000);
  await authority.introspects(active({ nbf: nowSeconds + 8 }));
  expect(await statusOf()).toBe(200);
});

it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
  ["another audience", { aud: "https://a.example" }, { reason: "audience", claim: "aud" }],
  [
    "its scopes for an audience",
    { aud: ["op:add", "account:read"] },
    { reason: "audience_is_scopes", hint: expect.stringContaining("RFC 8707") },
  ],
  ["another issuer", { iss: "https://a.example" }, { reason: "unknown_issuer", claim: "iss" }],
  ["an end in the past", { exp: 1 }, { reason: "expired", claim: "exp" }],
  ["a mark of another kind", { token_use: "id" }, { reason: "claims", claim: "token_use" }],
])("a refusal for %s is logged, once a minute", async (_name, change, logged) => {
  const { authority, active, statusOf } = await start();
  await authority.introspects(active(change));
  vi.useFakeTimers({ now: Date.now() + minutes++ * 61_000, toFake: ["Date"] });
  const log = vi.spyOn(console, "warn");
  for (let i = 0; i < 3; i++) expect(await statusOf()).toBe(401);
  const refusals = log.mock.calls.flat().filter(({ event }) => event === "token_refused");
  expect(refusals).toEqual([expect.objectContaining(logged)]);
});
