import { afterEach, describe, expect, it, vi } from "vitest";
import { json, newKey, type ScriptedAuthority } from "../support/scripted-authority.ts";
import { type ExternalGatehouse, externalGatehouse } from "./external-gatehouse.ts";
import { requestsTo, script, startAuthority } from "./scripted.ts";

afterEach(() => {
  vi.useRealTimers();
});

const base64url = (value: unknown) =>
  btoa(JSON.stringify(value)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

async function start(vars: Record<string, string> = {}, alg?: string) {
  const authority = await startAuthority(alg);
  const gatehouse = externalGatehouse({ AUTH_MODE: "jwt", AS_ISSUER: authority.issuer, ...vars });
  return { authority, gatehouse };
}

/** The status of a call that needs a good token. */
async function statusOf(gatehouse: ExternalGatehouse, token: string): Promise<number> {
  return (await gatehouse.call(token, "whoami")).status;
}

describe("a good token", () => {
  it.each(["RS256", "PS256", "ES256", "EdDSA"])("signed with %s is taken", async (alg) => {
    const { authority, gatehouse } = await start({}, alg);
    const { result } = await gatehouse.use(await authority.token(), "whoami");
    expect(result?.structuredContent).toMatchObject({
      client: { id: "client-1" },
      scopes: ["op:add", "account:read"],
    });
  });

  it("may name several audiences, ours among them", async () => {
    const { authority, gatehouse } = await start();
    const aud = ["https://elsewhere.example", "https://mcp.test/mcp"];
    expect(await statusOf(gatehouse, await authority.token({ aud }))).toBe(200);
  });

  it("of either of two issuers is taken, and their people are different people", async () => {
    const [one, two] = [await startAuthority(), await startAuthority()];
    const gatehouse = externalGatehouse({
      AUTH_MODE: "jwt",
      AS_ISSUER: `${one.issuer}, ${two.issuer}`,
      // Whose addresses count with two issuers would not be clear.
      ADMINS: "",
    });
    const ids = new Set<unknown>();
    for (const authority of [one, two]) {
      const { result } = await gatehouse.use(await authority.token(), "whoami");
      ids.add(result?.structuredContent?.userId);
    }
    expect(ids.size).toBe(2);
    expect(
      await statusOf(
        gatehouse,
        await one.token({ iss: two.issuer, iat: Math.floor(Date.now() / 1_000) - 60 }),
      ),
    ).toBe(401);
  });

  it("shows an e-mail address only when the issuer has verified it", async () => {
    const { authority, gatehouse } = await start();
    const email = "dora@example.com";
    for (const [email_verified, shown] of [
      [true, email],
      [false, undefined],
      ["yes please", undefined],
    ]) {
      const token = await authority.token({ email, email_verified, name: "Dora" });
      const { result } = await gatehouse.use(token, "whoami");
      expect(result?.structuredContent?.email, String(email_verified)).toBe(shown);
    }
  });
});

describe("strictly by RFC 9068, a token is refused", () => {
  const nowSeconds = Math.floor(Date.now() / 1_000);
  it.each<[string, Record<string, unknown>]>([
    ["without an audience", { aud: undefined }],
    ["for another resource of this server", { aud: "https://mcp.test/sse" }],
    ["for the origin instead of the resource", { aud: "https://mcp.test" }],
    ["for a prefix of the resource", { aud: "https://mcp.test/mc" }],
    ["for an array of others", { aud: ["https://a.example", "https://mcp.test/mcp/"] }],
    ["whose audience is no text", { aud: { url: "https://mcp.test/mcp" } }],
    ["of another issuer", { iss: "https://evil.example" }],
    ["without an issuer", { iss: undefined }],
    ["whose issuer is no text", { iss: ["a"] }],
    ["that has ended", { exp: nowSeconds - 60 }],
    ["that never ends", { exp: undefined }],
    ["that has not begun", { nbf: nowSeconds + 600 }],
    ["from the future", { iat: nowSeconds + 600 }],
    ["without a subject", { sub: undefined }],
    ["with an empty subject", { sub: "" }],
    ["without a client", { client_id: undefined }],
    ["without an id", { jti: undefined }],
    ["without a time of issue", { iat: undefined }],
    ["that is bound to a key, and comes without proof of it", { cnf: { jkt: "x" } }],
  ])("%s", async (_name, change) => {
    const { authority, gatehouse } = await start();
    expect(await statusOf(gatehouse, await authority.token())).toBe(200);
    const response = await gatehouse.call(await authority.token(change), "whoami");
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toMatch(
      /^Bearer .*resource_metadata="https:\/\/mcp\.test\/\.well-known\/oauth-protected-resource\/mcp"/,
    );
  });

  it.each([["JWT"], ["dpop+jwt"], [undefined]])("of type %s", async (typ) => {
    const { authority, gatehouse } = await start();
    expect(await statusOf(gatehouse, await authority.token({}, { typ }))).toBe(401);
  });

  it("whose signature is of somebody else", async () => {
    const { authority, gatehouse } = await start();
    const { kid } = authority.keys[0] ?? {};
    const forged = { ...(await newKey()), ...(kid && { kid }) };
    expect(await statusOf(gatehouse, await authority.token({}, {}, forged))).toBe(401);
  });
});

describe("the compat profile", () => {
  const compat = { TOKEN_PROFILE: "compat" };
  const without = { client_id: undefined, jti: undefined, scope: undefined };

  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ["Auth0", { ...without, azp: "client-1", scope: "op:add" }, { typ: "at+jwt" }],
    ["Entra", { ...without, azp: "client-1", scp: "op:add" }, { typ: "JWT" }],
    ["Entra v1", { ...without, appid: "client-1", scp: "op:add" }, { typ: "JWT" }],
    ["Okta", { ...without, cid: "client-1", scp: ["op:add"] }, { typ: undefined }],
    [
      "Okta of its own",
      { ...without, cid: "client-1", scp: ["op:add"] },
      { typ: "application/okta-internal-at+jwt" },
    ],
    ["Keycloak", { ...without, azp: "client-1", scope: "op:add", typ: "Bearer" }, { typ: "JWT" }],
    [
      "Keycloak before 25",
      { ...without, azp: "client-1", scope: "op:add", typ: "Bearer", nonce: "n" },
      { typ: "JWT" },
    ],
  ])("takes what %s issues, which strict does not", async (_name, change, header) => {
    const { authority, gatehouse } = await start(compat);
    const token = await authority.token(change, header);
    const { result } = await gatehouse.use(token, "calculator", { operation: "add", a: 1, b: 2 });
    expect(result?.structuredContent).toEqual({ result: 3 });
    const strict = externalGatehouse({ AUTH_MODE: "jwt", AS_ISSUER: authority.issuer });
    expect(await statusOf(strict, token)).toBe(401);
  });

  const nowSeconds = Math.floor(Date.now() / 1_000);
  it.each<[string, Record<string, unknown>]>([
    ["another audience", { aud: "https://elsewhere.example" }],
    ["no audience", { aud: undefined }],
    ["another issuer", { iss: "https://evil.example" }],
    ["an end in the past", { exp: nowSeconds - 60 }],
    ["no end", { exp: undefined }],
    ["no client at all", { client_id: undefined }],
    ["the marks of an ID token", { at_hash: "x" }],
    ["a nonce, as ID tokens have", { nonce: "x" }],
    ["Keycloak's mark of an ID token", { typ: "ID" }],
    ["Keycloak's mark of a refresh token", { typ: "Refresh" }],
    ["Cognito's mark of an ID token", { token_use: "id" }],
    ["a key that it is bound to", { cnf: { jkt: "x" } }],
  ])("never takes one with %s", async (_name, change) => {
    const { authority, gatehouse } = await start(compat);
    expect(await statusOf(gatehouse, await authority.token(change, { typ: "JWT" }))).toBe(401);
  });

  it("never takes a forged signature", async () => {
    const { authority, gatehouse } = await start(compat);
    const { kid } = authority.keys[0] ?? {};
    const forged = { ...(await newKey()), ...(kid && { kid }) };
    expect(await statusOf(gatehouse, await authority.token({}, { typ: "JWT" }, forged))).toBe(401);
  });
});

describe("hostile tokens", () => {
  it("get 401 without an echo, and cost at most one fetch of keys", async () => {
    const { authority, gatehouse } = await start();
    // Older than the keys, so that a key unknown then is no newer one.
    const iat = Math.floor(Date.now() / 1_000) - 60;
    const good = await authority.token({ iat });
    const claims = authority.claims({ iat });
    const kid = authority.keys[0]?.kid;
    const [, payload, signature] = good.split(".");
    const withHeader = (header: unknown) => `${base64url(header)}.${payload}.${signature}`;
    const deep = `${"[".repeat(5_000)}${"]".repeat(5_000)}`;
    const hostile = [
      `${base64url({ alg: "none", typ: "at+jwt" })}.${base64url(claims)}.`,
      withHeader({ alg: "none", typ: "at+jwt", kid }),
      withHeader({ alg: 'RS256", error="x', typ: "at+jwt", kid }),
      withHeader({ alg: "RS256\r\nSet-Cookie: a=b", typ: "at+jwt", kid }),
      withHeader({ alg: "HS256", typ: "at+jwt", kid }),
      withHeader({ alg: "ES256", typ: "at+jwt", kid }),
      withHeader({ alg: "RS256", typ: "at+jwt", kid, crit: ["exp"], exp: 1 }),
      withHeader({ alg: "RS256", typ: "at+jwt", kid, crit: ["b64"], b64: false }),
      withHeader({ alg: "RS256", typ: "at+jwt", kid: "../../etc/passwd" }),
      withHeader({ alg: "RS256", typ: "at+jwt", jku: "https://evil.example", kid: "evil" }),
      withHeader({ alg: ["RS256"], typ: "at+jwt", kid }),
      withHeader({ alg: "RS256", typ: ["at+jwt"], kid }),
      `${base64url({ alg: "RS256", typ: "at+jwt", kid })}.${btoa(deep)}.${signature}`,
      `${btoa(deep)}.${payload}.${signature}`,
      `${good.slice(0, -8)}AAAAAAAA`,
      "x".repeat(8_000),
      "..",
      "a.b.c.d.e",
      base64url({}),
      `${good}.${"A".repeat(20_000)}`,
    ];
    for (const token of hostile) {
      const response = await gatehouse.call(token, "whoami");
      expect(response.status, token.slice(0, 200)).toBe(401);
      expect(response.headers.get("www-authenticate")).not.toMatch(/RS256|none|Cookie|evil/);
      expect(response.headers.get("set-cookie")).toBeNull();
    }
    expect((await requestsTo(authority.paths.keys)).length).toBeLessThanOrEqual(1);
    expect(await statusOf(gatehouse, good)).toBe(200);
  });

  it("with hundreds of unknown key ids cost one fetch in 30 seconds", async () => {
    const { authority, gatehouse } = await start();
    const stranger = await newKey();
    const iat = Math.floor(Date.now() / 1_000) - 60;
    const forge = () => authority.token({ iat }, { kid: crypto.randomUUID() }, stranger);
    const tokens = await Promise.all(Array.from({ length: 200 }, forge));
    const statuses = await Promise.all(tokens.map((token) => statusOf(gatehouse, token)));
    expect(new Set(statuses)).toEqual(new Set([401]));
    expect(await requestsTo(authority.paths.keys)).toHaveLength(1);

    vi.useFakeTimers({ now: Date.now() + 31_000, toFake: ["Date"] });
    await Promise.all(tokens.map((token) => statusOf(gatehouse, token)));
    expect(await requestsTo(authority.paths.keys)).toHaveLength(2);
  });
});

describe("the keys of the issuer", () => {
  it("are fetched once for many requests that come at once", async () => {
    const { authority, gatehouse } = await start();
    await script(authority.paths.keys, { ...(await keySet(authority)), delayMs: 100 });
    const token = await authority.token();
    const statuses = await Promise.all(
      Array.from({ length: 20 }, () => statusOf(gatehouse, token)),
    );
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(await requestsTo(authority.paths.keys)).toHaveLength(1);
    expect(await requestsTo(authority.paths.metadata)).toHaveLength(1);
  });

  it("may be rotated", async () => {
    const { authority, gatehouse } = await start();
    const before = await authority.token();
    expect(await statusOf(gatehouse, before)).toBe(200);
    authority.keys = [await newKey()];
    await authority.publishKeys();
    vi.useFakeTimers({ now: Date.now() + 31_000, toFake: ["Date"] });
    expect(await statusOf(gatehouse, await authority.token())).toBe(200);
    expect(await statusOf(gatehouse, before)).toBe(401);
  });

  it("may be newer than those known here: then a token is not called bad", async () => {
    const { authority, gatehouse } = await start();
    expect(await statusOf(gatehouse, await authority.token())).toBe(200);
    const old = authority.keys[0];
    authority.keys = [await newKey()];
    await authority.publishKeys();
    const token = await authority.token();
    const response = await gatehouse.call(token, "whoami");
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).not.toBeNull();
    // One that is older than the keys known here cannot be of a newer one.
    const iat = Math.floor(Date.now() / 1_000) - 60;
    const unknown = await authority.token({ iat }, { kid: "unknown" }, old);
    expect(await statusOf(gatehouse, unknown)).toBe(401);
    vi.useFakeTimers({ now: Date.now() + 31_000, toFake: ["Date"] });
    expect(await statusOf(gatehouse, token)).toBe(200);
  });

  it.each([
    ["from the start", false],
    ["once they were known", true],
  ])("are none at all %s: no token is good or bad, until they are back", async (_when, wasGood) => {
    const { authority, gatehouse } = await start();
    const long = () => authority.token({ exp: Math.floor(Date.now() / 1_000) + 7_200 });
    if (wasGood) expect(await statusOf(gatehouse, await long())).toBe(200);
    await script(authority.paths.keys, json({ keys: [] }));
    vi.useFakeTimers({ now: Date.now() + 11 * 60_000, toFake: ["Date"] });
    const token = await long();
    expect(await statusOf(gatehouse, token)).toBe(503);
    await authority.publishKeys();
    vi.setSystemTime(Date.now() + 31_000);
    expect(await statusOf(gatehouse, token)).toBe(200);
  });

  it("are used although some of the set are odd", async () => {
    const { authority, gatehouse } = await start();
    await authority.publishKeys([
      "a string",
      null,
      { kty: "AKP", alg: "ML-DSA-44", pub: "x" },
      { kty: "RSA", kid: "incomplete" },
      { kty: "EC", crv: "secp256k1", x: "x", y: "y", kid: "unsupported" },
    ]);
    expect(await statusOf(gatehouse, await authority.token())).toBe(200);
  });

  it("need not be named by the token", async () => {
    const { authority, gatehouse } = await start();
    authority.keys = [await newKey(), await newKey()];
    await authority.publishKeys();
    const [, second] = authority.keys;
    const unnamed = await authority.token({}, { kid: undefined }, second);
    expect(await statusOf(gatehouse, unnamed)).toBe(200);
    const stranger = await authority.token({}, { kid: undefined }, await newKey());
    expect(await statusOf(gatehouse, stranger)).toBe(401);
  });

  it("are found by OpenID Connect Discovery where there is no RFC 8414", async () => {
    const { authority, gatehouse } = await start();
    await script(authority.paths.metadata, { status: 404 });
    await script(authority.paths.openIdConfiguration, {
      body: JSON.stringify(authority.metadata()),
      headers: { "content-type": "application/json" },
    });
    expect(await statusOf(gatehouse, await authority.token())).toBe(200);
  });
});

describe("an authority in trouble: 503 with Retry-After, and recovery by itself", () => {
  it.each<[string, (authority: ScriptedAuthority) => Promise<void>]>([
    ["its metadata is a 500", (a) => script(a.paths.metadata, { status: 500 })],
    ["its metadata is a page", (a) => script(a.paths.metadata, { body: "<html>" })],
    ["its metadata is of another issuer", (a) => a.publish({ issuer: "https://evil.example" })],
    ["it publishes no keys", (a) => a.publish({ jwks_uri: undefined })],
    ["its keys are not at https", (a) => a.publish({ jwks_uri: "http://evil.example/jwks" })],
    ["its keys are a 500", (a) => script(a.paths.keys, { status: 500 })],
    ["its keys are nonsense", (a) => script(a.paths.keys, { body: '{"keys":42}' })],
    [
      "its keys redirect",
      (a) => script(a.paths.keys, { status: 302, headers: { location: `${a.issuer}/elsewhere` } }),
    ],
  ])("%s", async (_name, breakIt) => {
    const { authority, gatehouse } = await start();
    await breakIt(authority);
    const token = await authority.token({ exp: Math.floor(Date.now() / 1_000) + 600 });
    const response = await gatehouse.call(token, "whoami");
    expect(response.status).toBe(503);
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(response.headers.get("www-authenticate")).toBeNull();

    await authority.publish({});
    await authority.publishKeys();
    vi.useFakeTimers({ now: Date.now() + 31_000, toFake: ["Date"] });
    expect(await statusOf(gatehouse, token)).toBe(200);
  });

  it("is asked again five seconds after it did not answer", async () => {
    const { authority, gatehouse } = await start();
    await script(authority.paths.keys, { status: 500 });
    const token = await authority.token();
    expect(await statusOf(gatehouse, token)).toBe(503);
    await authority.publishKeys();
    expect(await statusOf(gatehouse, token)).toBe(503);
    vi.useFakeTimers({ now: Date.now() + 5_001, toFake: ["Date"] });
    expect(await statusOf(gatehouse, token)).toBe(200);
  });

  it("is not asked again by each request while it is down", async () => {
    const { authority, gatehouse } = await start();
    await script(authority.paths.keys, { status: 500 });
    const token = await authority.token();
    for (let i = 0; i < 10; i++) expect(await statusOf(gatehouse, token)).toBe(503);
    expect(await requestsTo(authority.paths.keys)).toHaveLength(1);
  });

  it("keeps tokens good for a while once the keys are known", async () => {
    const { authority, gatehouse } = await start();
    const token = await authority.token({ exp: Math.floor(Date.now() / 1_000) + 7_200 });
    expect(await statusOf(gatehouse, token)).toBe(200);
    await script(authority.paths.keys, { status: 500 });
    await script(authority.paths.metadata, { status: 500 });
    vi.useFakeTimers({ now: Date.now() + 30 * 60_000, toFake: ["Date"] });
    expect(await statusOf(gatehouse, token)).toBe(200);
    vi.setSystemTime(Date.now() + 60 * 60_000);
    expect(await statusOf(gatehouse, token)).toBe(503);
  });

  it("does not call a token bad whose key it cannot look for", async () => {
    const { authority, gatehouse } = await start();
    expect(await statusOf(gatehouse, await authority.token())).toBe(200);
    authority.keys = [await newKey()];
    await script(authority.paths.keys, { status: 500 });
    vi.useFakeTimers({ now: Date.now() + 31_000, toFake: ["Date"] });
    expect(await statusOf(gatehouse, await authority.token())).toBe(503);
  });
});

async function keySet(authority: ScriptedAuthority) {
  return {
    body: JSON.stringify({ keys: authority.keys.map(({ jwk }) => jwk) }),
    headers: { "content-type": "application/json" },
  };
}
