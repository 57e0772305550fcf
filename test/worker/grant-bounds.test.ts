import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { SESSIONS_PER_STEP } from "../../src/engine/grants/grant";
import { grantIdOf, tokenKeyPrefix } from "../../src/engine/grants/grant-id";
import { MAX_ACCESS_TOKENS } from "../../src/engine/grants/grant-rows";
import { MAX_SESSIONS } from "../../src/engine/grants/grant-sessions";
import { tokenIdOf } from "../../src/engine/grants/provider/records";
import { connect, request, type Tokens, tokenRequest } from "./as-client.ts";
import { gatehouseWith } from "./gatehouse-with.ts";
import { grantOf, refresh, rowsOf } from "./grants.ts";
import { statelessCall } from "./mcp-client.ts";
import { TEST_ORIGIN } from "./origin.ts";

type Grant = ReturnType<typeof grantOf>;

const sessionsOf = async (grant: Grant) =>
  [...(await rowsOf(grant)).keys()].filter((key) => key.startsWith("session:"));

async function tokensInKv({ access_token }: Tokens): Promise<number> {
  const id = grantIdOf(access_token);
  if (id === undefined) throw new TypeError("This is no token of ours");
  return (await env.OAUTH_KV.list({ prefix: tokenKeyPrefix(id) })).keys.length;
}

const status = async (tokens: Tokens) =>
  (await request("/mcp", statelessCall(tokens.access_token, { name: "whoami", arguments: {} })))
    .status;

/** Gives a grant sessions, as their own rows say, and objects for them that can be closed. */
function withSessions(
  grant: Grant,
  count: number,
  close: (name: string) => Promise<void>,
): Promise<void> {
  return runInDurableObject(grant, (object, { storage }) => {
    for (let i = 0; i < count; i++) storage.kv.put(`session:${String(i).padStart(6, "0")}`, true);
    const closing = (name: string) => ({ closeForGrant: () => close(name) });
    const sessions = new Proxy(env.MCP_SESSION, {
      get: (real, key) => (key === "getByName" ? closing : Reflect.get(real, key)),
    });
    Reflect.set(object, "env", { ...env, MCP_SESSION: sessions });
  });
}

describe("a grant with very many sessions that ends", () => {
  it("has its tokens deleted first, and its sessions closed step by step", async () => {
    const tokens = await connect();
    const grant = grantOf(tokens);
    const tokensAtClose = new Set<number>();
    await withSessions(grant, 2.5 * SESSIONS_PER_STEP, async () => {
      if (tokensAtClose.size === 0) tokensAtClose.add(await tokensInKv(tokens));
    });
    await grant.end(TEST_ORIGIN);
    expect([...tokensAtClose]).toEqual([0]);
    expect(await status(tokens)).toBe(401);
    const left: number[] = [(await sessionsOf(grant)).length];
    while (left.at(-1) !== 0 && (await runDurableObjectAlarm(grant))) {
      left.push((await sessionsOf(grant)).length);
    }
    expect(left).toEqual([1.5 * SESSIONS_PER_STEP, 0.5 * SESSIONS_PER_STEP, 0]);
  });

  it("has an alarm for as long as work is left, also when a step fails", async () => {
    const tokens = await connect();
    const grant = grantOf(tokens);
    let isBroken = true;
    await withSessions(grant, 1, async () => {
      if (isBroken) throw new Error("Too many subrequests by single Worker invocation.");
    });
    await expect(runInDurableObject(grant, (object) => object.end(TEST_ORIGIN))).rejects.toThrow(
      "Too many",
    );
    expect(await tokensInKv(tokens)).toBe(0);
    for (const _ of [1, 2, 3]) expect(await runDurableObjectAlarm(grant)).toBe(true);
    expect(await sessionsOf(grant)).toHaveLength(1);
    isBroken = false;
    expect(await runDurableObjectAlarm(grant)).toBe(true);
    expect(await sessionsOf(grant)).toEqual([]);
  });
});

describe("what a client can make its grant keep", () => {
  it("is so many sessions: the oldest make room", async () => {
    const grant = grantOf(await connect());
    const closed: string[] = [];
    await withSessions(grant, MAX_SESSIONS, async (name) => void closed.push(name));
    await runInDurableObject(grant, (object) => {
      for (const name of ["new-1", "new-2", "new-2"]) expect(object.admit(name)).toBe(true);
    });
    expect(new Set(closed)).toEqual(new Set(["000000", "000001"]));
    expect(await sessionsOf(grant)).toHaveLength(MAX_SESSIONS);
  });

  it("is so many access tokens that count: the oldest make room", async () => {
    const tokens = await connect();
    const grant = grantOf(tokens);
    const [, , secret = ""] = tokens.access_token.split(":");
    const first = tokenKeyPrefix(grantIdOf(tokens.access_token) ?? { userId: "", grantId: "" });
    await runInDurableObject(grant, (_object, { storage }) => {
      const known = storage.kv.get<Map<string, number>>("accessTokens") ?? new Map();
      for (let i = 1; i < MAX_ACCESS_TOKENS; i++) known.set(`${first}${i}`, Date.now() + 3_600_000);
      storage.kv.put("accessTokens", known);
    });
    expect(secret).not.toBe("");
    expect((await refresh(tokens)).status).toBe(200);
    expect(await tokensInKv(tokens)).toBe(1);
    const rows = (await rowsOf(grant)).get("accessTokens");
    expect(rows instanceof Map && rows.size).toBe(MAX_ACCESS_TOKENS);
  });
});

describe("an access token that its client revokes (RFC 7009)", () => {
  it("counts no more at once, and its grant goes on", async () => {
    const tokens = await connect();
    const grant = grantOf(tokens);
    const gatehouse = gatehouseWith({ REVOCATION_DELAY_SECONDS: "0" });
    const call = async () => {
      const init = statelessCall(tokens.access_token, { name: "whoami", arguments: {} });
      return (await gatehouse(`${TEST_ORIGIN}/mcp`, init)).status;
    };
    expect([await status(tokens), await call()]).toEqual([200, 200]);
    const { access_token: token, clientId } = tokens;
    const revoked = await tokenRequest({ token, client_id: clientId });
    expect(revoked.status).toBe(200);
    expect(await grant.hasAccessToken(await tokenIdOf(token))).toBe(false);
    // Here also with the delay of a minute: this isolate knows.
    expect([await status(tokens), await call()]).toEqual([401, 401]);
    expect((await refresh(tokens)).status).toBe(200);
  });

  it("counts on when it is another client that asks", async () => {
    const tokens = await connect();
    const { clientId } = await connect();
    await tokenRequest({ token: tokens.access_token, client_id: clientId });
    expect(await status(tokens)).toBe(200);
  });
});
