import { afterEach, describe, expect, it, vi } from "vitest";
import type { ScriptedAnswer } from "../support/scripted-authority.ts";
import { externalGatehouse } from "./external-gatehouse.ts";
import { requestsTo, script, startAuthority } from "./scripted.ts";

afterEach(() => {
  vi.useRealTimers();
});

const nowSeconds = () => Math.floor(Date.now() / 1_000);

/** What an authorization server says of a token that is good here. */
const active = (change: Record<string, unknown> = {}) => ({
  active: true,
  sub: "person-1",
  aud: "https://mcp.test/mcp",
  client_id: "client-1",
  scope: "op:add account:read",
  exp: nowSeconds() + 300,
  ...change,
});

async function start(vars: Record<string, string> = {}) {
  const authority = await startAuthority();
  await authority.introspects(active());
  const gatehouse = externalGatehouse({
    AUTH_MODE: "introspection",
    AS_ISSUER: authority.issuer,
    AS_CLIENT_ID: "gate:house",
    AS_CLIENT_SECRET: "s3cret &+ü",
    ...vars,
  });
  const asked = () => requestsTo(authority.paths.introspection);
  return { authority, gatehouse, asked };
}

describe("a token", () => {
  it("that the server says is active is taken, for what it allows", async () => {
    const { gatehouse } = await start();
    const add = { operation: "add", a: 5, b: 8 };
    const { result } = await gatehouse.use("opaque", "calculator", add);
    expect(result?.structuredContent).toEqual({ result: 13 });
    const refused = await gatehouse.call("opaque", "calculator", { ...add, operation: "divide" });
    expect(refused.status).toBe(403);
    expect(refused.headers.get("www-authenticate")).toMatch(
      /error="insufficient_scope".*scope="op:add account:read op:div"/,
    );
  });

  it.each<[string, Record<string, unknown>]>([
    ["is not active", { active: false }],
    ["has no audience, as refresh tokens have none", { aud: undefined }],
    ["is for another resource", { aud: "https://mcp.test/sse" }],
    ["is for others", { aud: ["https://a.example", "https://mcp.test"] }],
    ["is of another issuer", { iss: "https://evil.example" }],
    ["has ended", { exp: nowSeconds() - 1 }],
    ["never ends", { exp: undefined }],
    ["has not begun", { nbf: nowSeconds() + 60 }],
    ["has no subject", { sub: undefined }],
    ["has no client", { client_id: undefined }],
    ["is a refresh token by its type", { token_type: "refresh_token" }],
    ["is bound to a key by its type", { token_type: "DPoP" }],
    ["is bound to a key", { cnf: { jkt: "x" } }],
  ])("that %s is refused", async (_name, change) => {
    const { authority, gatehouse } = await start();
    expect((await gatehouse.call("opaque", "whoami")).status).toBe(200);
    await authority.introspects(active(change));
    const response = await gatehouse.call("opaque", "whoami");
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toContain("resource_metadata=");
  });

  it("may have several audiences, and may have no scope, which allows nothing", async () => {
    const { authority, gatehouse } = await start();
    await authority.introspects(
      active({ aud: ["https://a.example", "https://mcp.test/mcp"], scope: undefined }),
    );
    expect((await gatehouse.call("opaque", "whoami")).status).toBe(403);
  });

  it("that is longer than any is not even asked about", async () => {
    const { gatehouse, asked } = await start();
    expect((await gatehouse.call("x".repeat(17_000), "whoami")).status).toBe(401);
    expect(await asked()).toHaveLength(0);
  });
});

describe("the question", () => {
  it("is a form, authenticated with form-encoded Basic (RFC 6749, section 2.3.1)", async () => {
    const { gatehouse, asked } = await start();
    await gatehouse.call("opaque", "whoami");
    const [request] = await asked();
    expect(request?.headers["content-type"]).toMatch(/^application\/x-www-form-urlencoded/);
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
      token: "opaque",
      token_type_hint: "access_token",
    });
    const basic = atob(String(request?.headers.authorization).replace("Basic ", ""));
    expect(basic).toBe("gate%3Ahouse:s3cret+%26%2B%C3%BC");
  });

  it.each<[string, Record<string, string>, Record<string, unknown>]>([
    ["as AS_CLIENT_AUTH says", { AS_CLIENT_AUTH: "client_secret_post" }, {}],
    ["as the metadata says", {}, { token_endpoint_auth_methods_supported: ["client_secret_post"] }],
  ])("carries the secret in the form, %s", async (_name, vars, metadata) => {
    const { authority, gatehouse, asked } = await start(vars);
    await authority.publish(metadata);
    await gatehouse.call("opaque", "whoami");
    const [request] = await asked();
    expect(request?.headers.authorization).toBeUndefined();
    expect(new URLSearchParams(request?.body).get("client_secret")).toBe("s3cret &+ü");
  });

  it("goes where AS_INTROSPECTION_ENDPOINT says, when the metadata does not", async () => {
    const { authority, asked } = await start();
    await authority.publish({ introspection_endpoint: undefined });
    const gatehouse = externalGatehouse({
      AUTH_MODE: "introspection",
      AS_ISSUER: authority.issuer,
      AS_CLIENT_ID: "gatehouse",
      AS_CLIENT_SECRET: "secret",
      AS_INTROSPECTION_ENDPOINT: `${authority.issuer}/introspect`,
    });
    expect((await gatehouse.call("opaque", "whoami")).status).toBe(200);
    expect(await asked()).toHaveLength(1);
  });

  it("is put for every request, so that a revoked consent stops the next call", async () => {
    const { authority, gatehouse, asked } = await start();
    for (let i = 0; i < 3; i++) await gatehouse.call("opaque", "whoami");
    expect(await asked()).toHaveLength(3);
    await authority.introspects({ active: false });
    expect((await gatehouse.call("opaque", "whoami")).status).toBe(401);
  });
});

describe("INTROSPECTION_CACHE_SECONDS", () => {
  it("lets an answer stand that long, and never beyond the token's end", async () => {
    const { authority, gatehouse, asked } = await start({ INTROSPECTION_CACHE_SECONDS: "60" });
    await authority.introspects(active({ exp: nowSeconds() + 90 }));
    const startMs = Date.now();
    const statusAt = async (seconds: number, token = "opaque") => {
      vi.useFakeTimers({ now: startMs + seconds * 1_000, toFake: ["Date"] });
      const { status } = await gatehouse.call(token, "whoami");
      return [status, (await asked()).length];
    };
    expect(await statusAt(0)).toEqual([200, 1]);
    expect(await statusAt(59)).toEqual([200, 1]);
    expect(await statusAt(61)).toEqual([200, 2]);
    await authority.introspects({ active: false });
    expect(await statusAt(88)).toEqual([200, 2]);
    expect(await statusAt(91)).toEqual([401, 3]);
    // Not each try is a question: see the test of made-up tokens.
    expect(await statusAt(91)).toEqual([401, 3]);
    expect(await statusAt(97)).toEqual([401, 4]);
  });

  it("keeps each token's answer to itself", async () => {
    const { authority, gatehouse } = await start({ INTROSPECTION_CACHE_SECONDS: "60" });
    const nameOf = async (token: string) =>
      (await gatehouse.use(token, "whoami")).result?.structuredContent?.name;
    await authority.introspects(active({ name: "Dora" }));
    expect(await nameOf("doras")).toBe("Dora");
    await authority.introspects(active({ sub: "person-2", name: "Emil" }));
    expect(await nameOf("emils")).toBe("Emil");
    expect(await nameOf("doras")).toBe("Dora");
  });
});

describe("an authority that gives no usable answer: 503 with Retry-After, never 401", () => {
  const json = { "content-type": "application/json" };
  it.each<[string, ScriptedAnswer]>([
    ["refuses our credential", { status: 401, headers: { "www-authenticate": "Basic" } }],
    ["forbids us to ask", { status: 403, headers: json, body: '{"error":"access_denied"}' }],
    ["fails", { status: 500 }],
    ["limits us", { status: 429, headers: { "retry-after": "9" } }],
    ["answers with a page", { headers: { "content-type": "text/html" }, body: "<html>" }],
    ["answers with half an object", { headers: json, body: '{"active":' }],
    ["answers with no object", { headers: json, body: "[]" }],
    ["says in words only that it is active", { headers: json, body: '{"active":"true"}' }],
    ["does not say whether it is active", { headers: json, body: '{"sub":"x"}' }],
    ["redirects", { status: 302, headers: { location: "https://evil.example" } }],
    ["takes too long", { delayMs: 6_000, headers: json, body: "{}" }],
  ])(
    "%s",
    async (_name, answer) => {
      const { authority, gatehouse } = await start();
      await script(authority.paths.introspection, answer);
      const response = await gatehouse.call("opaque", "whoami");
      expect(response.status).toBe(503);
      expect(response.headers.get("retry-after")).not.toBeNull();
      expect(response.headers.get("www-authenticate")).toBeNull();
      await authority.introspects(active());
      expect((await gatehouse.call("opaque", "whoami")).status).toBe(200);
    },
    // One of them waits as long as the Worker does.
    20_000,
  );
});
