import { createExecutionContext, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { connect, MCP, register, request, SSE, tokenRequest } from "./as-client.ts";
import { gatehouseOf } from "./gatehouse.ts";
import { grantOf, refresh, rowsOf } from "./grants.ts";
import { initialize, post, Session } from "./mcp-client.ts";
import { TEST_ORIGIN } from "./origin.ts";
import { configOf } from "./server.ts";
import { only } from "./session-storage.ts";
import { openSlowSession } from "./slow-session.ts";
import { openStream, send, whoami } from "./sse-client.ts";

afterEach(() => {
  vi.useRealTimers();
});

type Connected = Awaited<ReturnType<typeof connect>>;

/** Revokes as a client does (RFC 7009). */
async function revoke({ refresh_token, clientId }: Connected): Promise<void> {
  const response = await tokenRequest({ token: refresh_token, client_id: clientId });
  expect(response.status).toBe(200);
}

/** Ends the grant somewhere else, with a KV that goes on to show what was deleted, as it does for a minute. */
async function revokeWhereKvIsLate(
  tokens: Connected,
  end: (tokens: Connected) => Promise<void> = () => grantOf(tokens).end(TEST_ORIGIN),
): Promise<void> {
  const [userId, grantId] = tokens.refresh_token.split(":");
  const kept = new Map<string, string>();
  for (const prefix of [`token:${userId}:${grantId}:`, `grant:${userId}:${grantId}`]) {
    for (const { name } of (await env.OAUTH_KV.list({ prefix })).keys) {
      kept.set(name, (await env.OAUTH_KV.get(name)) ?? "");
    }
  }
  expect(kept.size).toBeGreaterThan(1);
  await end(tokens);
  for (const [name, value] of kept) await env.OAUTH_KV.put(name, value);
}

const sessionRows = async (tokens: Connected) =>
  [...(await rowsOf(grantOf(tokens))).keys()].filter((key) => key.startsWith("session:"));

describe("a grant that is revoked", () => {
  it("closes its sessions at once: their streams, their calls, their next request", async () => {
    const slow = await openSlowSession();
    const listening = await slow.listen();
    const call = await slow.call("slow");
    // What opens the stream, and the tool's first word.
    for (const _ of [1, 2]) await call.next();
    await grantOf({ refresh_token: slow.token }).end(TEST_ORIGIN);
    expect(await listening.next()).toBeUndefined();
    expect(await call.next()).toBeUndefined();
    expect(slow.aborted).toEqual(["slow"]);
  });

  it("counts at once where it was revoked by RFC 7009, outside of sessions, too", async () => {
    const tokens = await connect();
    const session = await Session.open(tokens.access_token);
    await revokeWhereKvIsLate(tokens, revoke);
    expect((await session.call("whoami")).response.status).toBe(401);
  });

  it("closes them wherever it was revoked, and nobody else's", async () => {
    const clientId = await register();
    const revoked = await connect({ clientId });
    const ended = await Session.open(revoked.access_token);
    const others = await Promise.all([
      connect({ clientId }),
      connect(),
      connect({ clientId, person: "bob" }),
    ]);
    const sessions = await Promise.all(others.map((each) => Session.open(each.access_token)));
    await revokeWhereKvIsLate(revoked);
    expect((await ended.call("whoami")).response.status).toBe(404);
    for (const session of sessions) await session.use("whoami");
  });

  it("lets no session begin, even where KV still shows its token", async () => {
    const tokens = await connect();
    await revokeWhereKvIsLate(tokens);
    const [{ response }, object] = await only(() => post(tokens.access_token, initialize()));
    expect(response.status).toBe(401);
    expect(response.headers.get("mcp-session-id")).toBeNull();
    expect(response.headers.get("www-authenticate")).toBe(
      `Bearer error="invalid_token", error_description="The grant of this token has ended", resource_metadata="${TEST_ORIGIN}/.well-known/oauth-protected-resource/mcp"`,
    );
    const rows = await runInDurableObject(env.MCP_SESSION.get(object), (_session, { storage }) => [
      ...storage.kv.list(),
    ]);
    expect(rows).toEqual([]);
    expect((await refresh(tokens)).status).toBe(400);
  });

  it("ends its session of server-sent events, and lets none begin", async () => {
    const tokens = await connect({ change: { resource: SSE } });
    const stream = await openStream(tokens.access_token);
    await revokeWhereKvIsLate(tokens);
    await expect(stream.next()).rejects.toThrow("The stream has ended");
    expect((await send(tokens.access_token, stream.address, whoami)).status).toBe(404);
    const again = await request("/sse", {
      headers: { authorization: `Bearer ${tokens.access_token}`, accept: "text/event-stream" },
    });
    expect(again.status).toBe(401);
  });

  it("is told to sessions that could not be reached then, by an alarm", async () => {
    const tokens = await connect();
    const [session, object] = await only(() => Session.open(tokens.access_token));
    const stub = env.MCP_SESSION.get(object);
    await runInDurableObject(stub, (instance) => {
      Reflect.set(instance, "closeForGrant", () => Promise.reject(new Error("replaced")));
    });
    await grantOf(tokens)
      .end(TEST_ORIGIN)
      .catch(() => undefined);
    expect(await sessionRows(tokens)).toHaveLength(1);
    await runInDurableObject(stub, (instance) => {
      Reflect.deleteProperty(instance, "closeForGrant");
    });
    expect(await runDurableObjectAlarm(grantOf(tokens))).toBe(true);
    expect(await sessionRows(tokens)).toEqual([]);
    const rows = await runInDurableObject(stub, (_instance, { storage }) => [...storage.kv.list()]);
    expect(rows).toEqual([]);
    expect(session.id).not.toBe("");
  });
});

describe("a session that goes on with another grant of the same person and client", () => {
  async function sharedSession() {
    const clientId = await register();
    const first = await connect({ clientId });
    const second = await connect({ clientId });
    const session = await Session.open(first.access_token);
    session.token = second.access_token;
    await session.use("whoami");
    return { first, second, session };
  }

  it("ends with either of them", async () => {
    for (const which of ["first", "second"] as const) {
      const shared = await sharedSession();
      await revokeWhereKvIsLate(shared[which]);
      const other = which === "first" ? shared.second : shared.first;
      shared.session.token = other.access_token;
      expect((await shared.session.call("whoami")).response.status).toBe(404);
    }
  });

  it("cannot be used with one that has ended", async () => {
    const clientId = await register();
    const session = await Session.open((await connect({ clientId })).access_token);
    const ended = await connect({ clientId });
    await revokeWhereKvIsLate(ended);
    const { token } = session;
    session.token = ended.access_token;
    expect((await session.call("whoami")).response.status).toBe(401);
    session.token = token;
    await session.use("whoami");
  });
});

describe("a grant's note of its sessions", () => {
  it("is one row a session, and gone when the client ends it", async () => {
    const tokens = await connect();
    const session = await Session.open(tokens.access_token);
    await session.use("whoami");
    expect(await sessionRows(tokens)).toHaveLength(1);
    await request("/mcp", {
      method: "DELETE",
      headers: { authorization: `Bearer ${tokens.access_token}`, "mcp-session-id": session.id },
    });
    expect(await sessionRows(tokens)).toEqual([]);
  });

  it("is gone when the session has been idle for too long", async () => {
    const tokens = await connect();
    const [, object] = await only(() => Session.open(tokens.access_token));
    vi.useFakeTimers({ now: Date.now() + 1_600_000, toFake: ["Date"] });
    await runDurableObjectAlarm(env.MCP_SESSION.get(object));
    expect(await sessionRows(tokens)).toEqual([]);
  });
});

it("a session begins only when the grant's object can be asked", async () => {
  const { access_token } = await connect();
  const gatehouse = gatehouseOf(configOf(env));
  const unreachable = new Proxy(env.GRANT, {
    get: () => () => ({ admit: () => Promise.reject(new Error("replaced")) }),
  });
  const asked = new Request(MCP, {
    method: "POST",
    headers: {
      authorization: `Bearer ${access_token}`,
      accept: "application/json, text/event-stream",
      "content-type": "application/json",
    },
    body: JSON.stringify(initialize()),
  });
  const response = await gatehouse(asked, { ...env, GRANT: unreachable }, createExecutionContext());
  expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
});
