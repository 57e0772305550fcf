import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { connect, SSE } from "./as-client.ts";
import { gatehouseOf } from "./gatehouse.ts";
import { grantOf, refresh } from "./grants.ts";
import { statelessCall } from "./mcp-client.ts";
import { TEST_ORIGIN } from "./origin.ts";
import { startAuthority } from "./scripted.ts";
import { configOf } from "./server.ts";

afterEach(() => {
  vi.useRealTimers();
});

type Use = (token: string) => Promise<number>;

/**
 * An isolate of its own: what it remembers is nobody else's, and what it reads of KV is counted.
 *
 * @param change of the variables; `bindings` of what it is bound to.
 */
function isolate(change: Record<string, string> = {}, bindings: Partial<Env> = {}) {
  const gatehouse = gatehouseOf(configOf({ ...env, ...change }));
  const reads: { key: string; cacheTtl: unknown }[] = [];
  const OAUTH_KV = new Proxy(env.OAUTH_KV, {
    get(kv, property) {
      const member: unknown = Reflect.get(kv, property);
      if (typeof member !== "function") return member;
      return (key: string, ...rest: { cacheTtl?: unknown }[]) => {
        if (property === "get") reads.push({ key, cacheTtl: rest[0]?.cacheTtl });
        return Reflect.apply(member, kv, [key, ...rest]);
      };
    },
  });
  const whoamiAt =
    (path: string): Use =>
    async (token) => {
      const request = new Request(
        TEST_ORIGIN + path,
        statelessCall(token, { name: "whoami", arguments: {} }),
      );
      const bound = { ...env, OAUTH_KV, ...bindings };
      const response = await gatehouse(request, bound, createExecutionContext());
      await response.text();
      return response.status;
    };
  return { use: whoamiAt("/mcp"), useAtSse: whoamiAt("/sse/message"), reads };
}

/** Lets so much time pass, as far as the clock tells. */
function pass(seconds: number): void {
  vi.useFakeTimers({ now: Date.now() + seconds * 1_000, toFake: ["Date"] });
}

/** Grants that count what they are asked, or that cannot be asked. */
function grants(ask: () => void): Env["GRANT"] {
  return new Proxy(env.GRANT, {
    get(target, property) {
      const member: unknown = Reflect.get(target, property);
      if (typeof member !== "function") return member;
      return (...args: unknown[]) => {
        ask();
        return Reflect.apply(member, target, args);
      };
    },
  });
}

describe("a token that was verified", () => {
  it("is not read again for half a minute, by the isolate that verified it", async () => {
    const { access_token } = await connect();
    const [here, elsewhere] = [isolate(), isolate()];
    expect(await here.use(access_token)).toBe(200);
    pass(29);
    expect(await here.use(access_token)).toBe(200);
    expect(here.reads).toHaveLength(1);
    expect(await elsewhere.use(access_token)).toBe(200);
    expect(elsewhere.reads).toHaveLength(1);
    pass(1);
    expect(await here.use(access_token)).toBe(200);
    expect(here.reads).toHaveLength(2);
  });

  it("is read from a KV that is not older than half a minute either", async () => {
    const { access_token } = await connect();
    const { use, reads } = isolate();
    await use(access_token);
    expect(reads.map(({ cacheTtl }) => cacheTtl)).toEqual([30]);
  });

  it("says nothing of another token of its grant, or of one like it", async () => {
    const tokens = await connect();
    const { use } = isolate();
    expect(await use(tokens.access_token)).toBe(200);
    const last = tokens.access_token.endsWith("A") ? "B" : "A";
    expect(await use(tokens.access_token.slice(0, -1) + last)).toBe(401);
    expect(await use(`${tokens.access_token}A`)).toBe(401);
    expect(await use(tokens.refresh_token)).toBe(401);
  });

  it("is still refused by the resource that it is not for, in either order", async () => {
    const forMcp = await connect();
    const forSse = await connect({ change: { resource: SSE } });
    const { use, useAtSse } = isolate();
    expect(await use(forMcp.access_token)).toBe(200);
    expect(await useAtSse(forMcp.access_token)).toBe(401);
    expect(await useAtSse(forSse.access_token)).not.toBe(401);
    expect(await use(forSse.access_token)).toBe(401);
  });

  it("ends when it ends", async () => {
    const { access_token, expires_in } = await connect();
    const { use } = isolate();
    pass(expires_in - 10);
    expect(await use(access_token)).toBe(200);
    pass(11);
    expect(await use(access_token)).toBe(401);
  });

  it("is not kept out for having been refused before", async () => {
    const { access_token } = await connect();
    const { use } = isolate();
    const [userId, grantId] = access_token.split(":");
    const [record] = (await env.OAUTH_KV.list({ prefix: `token:${userId}:${grantId}:` })).keys;
    const name = record?.name ?? "";
    const value = (await env.OAUTH_KV.get(name)) ?? "";
    await env.OAUTH_KV.delete(name);
    expect(await use(access_token)).toBe(401);
    await env.OAUTH_KV.put(name, value);
    expect(await use(access_token)).toBe(200);
  });
});

describe("REVOCATION_DELAY_SECONDS", () => {
  /** How many seconds a token worked for, after its grant had ended; undefined when for more than 60. */
  async function worksFor(delay: string | undefined, end: "end" | "narrow") {
    const tokens = await connect();
    const { use } = isolate(delay === undefined ? {} : { REVOCATION_DELAY_SECONDS: delay });
    expect(await use(tokens.access_token)).toBe(200);
    const grant = grantOf(tokens);
    if (end === "end") await grant.end(TEST_ORIGIN);
    else await grant.narrow(["account"]);
    for (let seconds = 0; seconds <= 60; seconds += 5) {
      if ((await use(tokens.access_token)) === 401) return seconds;
      pass(5);
    }
    return undefined;
  }

  it.each([
    ["0", 0],
    ["10", 10],
    ["45", 30],
    [undefined, 30],
  ])(
    "of %s: a revoked token works for %i seconds where KV shows its end",
    async (delay, seconds) => {
      expect(await worksFor(delay, "end")).toBe(seconds);
    },
  );

  it.each([
    ["0", 0],
    ["10", 10],
  ])("of %s counts for a grant that is narrowed as well: %i seconds", async (delay, seconds) => {
    expect(await worksFor(delay, "narrow")).toBe(seconds);
  });

  it("holds where KV goes on to show the token", async () => {
    const tokens = await connect();
    const { use } = isolate({ REVOCATION_DELAY_SECONDS: "0" }, { OAUTH_KV: env.OAUTH_KV });
    const [userId, grantId] = tokens.access_token.split(":");
    const [record] = (await env.OAUTH_KV.list({ prefix: `token:${userId}:${grantId}:` })).keys;
    const value = (await env.OAUTH_KV.get(record?.name ?? "")) ?? "";
    await grantOf(tokens).end(TEST_ORIGIN);
    await env.OAUTH_KV.put(record?.name ?? "", value);
    expect(await isolate().use(tokens.access_token)).toBe(200);
    expect(await use(tokens.access_token)).toBe(401);
  });

  it("asks the grant once in that time, and never at the default", async () => {
    const { access_token } = await connect();
    const count = async (delay: string) => {
      let asked = 0;
      const GRANT = grants(() => {
        asked++;
      });
      const { use } = isolate({ REVOCATION_DELAY_SECONDS: delay }, { GRANT });
      for (const _ of [1, 2, 3]) expect(await use(access_token)).toBe(200);
      return asked;
    };
    expect(await count("0")).toBe(3);
    expect(await count("10")).toBe(1);
    expect(await count("60")).toBe(0);
  });

  it("fails closed: 503 while the grant cannot be asked, and no word of the token being bad", async () => {
    const { access_token } = await connect();
    const GRANT = grants(() => {
      throw new Error("The service is down");
    });
    expect(await isolate({ REVOCATION_DELAY_SECONDS: "0" }, { GRANT }).use(access_token)).toBe(503);
  });

  it("lets tokens of a refresh work at once", async () => {
    const tokens = await connect();
    const { use } = isolate({ REVOCATION_DELAY_SECONDS: "0" });
    const next = await (await refresh(tokens)).json<{ access_token: string }>();
    expect([await use(tokens.access_token), await use(next.access_token)]).toEqual([200, 200]);
  });
});

describe("AUTH_MODE=jwt", () => {
  it("verifies a token once in half a minute, and never beyond its end", async () => {
    const authority = await startAuthority("ES256");
    const { use } = isolate({ AUTH_MODE: "jwt", AS_ISSUER: authority.issuer });
    const verify = vi.spyOn(crypto.subtle, "verify");
    const token = await authority.token({ exp: Math.floor(Date.now() / 1_000) + 40 });
    expect([await use(token), await use(token)]).toEqual([200, 200]);
    expect(verify).toHaveBeenCalledTimes(1);
    pass(31);
    expect(await use(token)).toBe(200);
    expect(verify).toHaveBeenCalledTimes(2);
    pass(10);
    expect(await use(token)).toBe(401);
    verify.mockRestore();
  });
});
