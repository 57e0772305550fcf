import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { connect, SSE } from "./as-client.ts";
import { listen, Session, statuses } from "./mcp-client.ts";
import { NOTHING, only, ring, stored } from "./session-storage.ts";
import { openStream, send, whoami } from "./sse-client.ts";

const MINUTE_MS = 60_000;
/** As SESSION_IDLE_TTL_SECONDS is in vitest.config.ts: short of a token's hour, which passes too. */
const LIMIT_MS = 24 * MINUTE_MS;

const begin = () => void vi.useFakeTimers({ now: Date.now(), toFake: ["Date"] });
const pass = (minutes: number) => void vi.setSystemTime(Date.now() + minutes * MINUTE_MS);
afterEach(() => void vi.useRealTimers());

async function openSession() {
  const { access_token } = await connect();
  begin();
  const [session, object] = await only(() => Session.open(access_token));
  return { session, object, token: access_token };
}

async function openSse() {
  const { access_token } = await connect({ change: { resource: SSE } });
  begin();
  const [stream, object] = await only(() => openStream(access_token));
  return { stream, object, token: access_token };
}

const restart = (object: DurableObjectId) => evictDurableObject(env.MCP_SESSION.get(object));

describe("a session without requests", () => {
  it("is deleted with all its storage after the limit", async () => {
    const { session, object } = await openSession();
    await session.use("whoami");
    const before = await stored(object);
    expect(before.keys).toEqual(expect.arrayContaining(["props", "initializeRequest"]));
    expect(before.alarmAtMs).toBeGreaterThanOrEqual(Date.now() + LIMIT_MS);
    expect(before.alarmAtMs).toBeLessThanOrEqual(Date.now() + 25 * MINUTE_MS + 1_000);
    pass(25.1);
    expect(await ring(object)).toBe(true);
    expect(await stored(object)).toEqual(NOTHING);
  });

  it("is deleted too when its object restarted meanwhile", async () => {
    const { object } = await openSession();
    pass(25.1);
    await restart(object);
    await ring(object);
    expect(await stored(object)).toEqual(NOTHING);
  });

  it("is answered with 404 afterwards, without storage being made again", async () => {
    const { session, object, token } = await openSession();
    pass(25.1);
    await ring(object);
    for (const again of ["in the same object", "in a new one"]) {
      expect(await statuses(token, session.id), again).toEqual([404, 404, 404]);
      expect(await stored(object), again).toEqual(NOTHING);
      await restart(object);
    }
    expect((await Session.open(token)).id).not.toBe(session.id);
  });

  it("is answered with 404 on /sse/message too", async () => {
    const { stream, object, token } = await openSse();
    expect((await stored(object)).keys).toContain("props");
    pass(25.1);
    await ring(object);
    for (const again of ["in the same object", "in a new one"]) {
      const response = await send(token, stream.address, whoami);
      expect(response.status, again).toBe(404);
      expect(await response.json(), again).toMatchObject({ error: { code: -32_001 } });
      expect(await stored(object), again).toEqual(NOTHING);
      await restart(object);
    }
    await expect(stream.next()).rejects.toThrow("has ended");
  });

  it("has its open stream closed", async () => {
    const { session, object } = await openSession();
    const stream = await listen(session);
    pass(25.1);
    await ring(object);
    expect(await new Response(stream).text()).toBe(": open\n\n");
    expect(await stored(object)).toEqual(NOTHING);
  });

  it("has its open stream closed when its object restarted meanwhile", async () => {
    const { session, object } = await openSession();
    const stream = await listen(session);
    await evictDurableObject(env.MCP_SESSION.get(object), { webSockets: "hibernate" });
    pass(25.1);
    await ring(object);
    expect(await new Response(stream).text()).toBe(": open\n\n");
    expect(await stored(object)).toEqual(NOTHING);
  });
});

describe("a session with requests", () => {
  const requests = {
    "POST /mcp": async (session: Session) => void (await session.use("whoami")),
    "GET /mcp": async (session: Session) => void (await (await listen(session)).cancel()),
  };
  for (const [name, use] of Object.entries(requests)) {
    it(`lives on for the limit after ${name}, also when its object restarted`, async () => {
      const { session, object } = await openSession();
      pass(20);
      await use(session);
      await restart(object);
      pass(23.9);
      await ring(object);
      // The alarm is set for the new deadline: nothing would end the session otherwise.
      expect((await stored(object)).alarmAtMs).toBeGreaterThan(Date.now());
      await restart(object);
      expect(await session.use("whoami")).toMatchObject({ name: "Alice Example" });
      pass(25.1);
      await ring(object);
      expect(await stored(object)).toEqual(NOTHING);
    });
  }

  it("lives on for the limit after a message to /sse/message", async () => {
    const { stream, object, token } = await openSse();
    pass(20);
    await send(token, stream.address, whoami);
    pass(23.9);
    await ring(object);
    expect((await send(token, stream.address, whoami)).status).toBe(202);
    await stream.close();
  });

  it("is not written to for each of them, and its alarm stays where it is", async () => {
    const { session, object } = await openSession();
    await session.use("whoami");
    const before = await stored(object);
    pass(0.5);
    await session.use("whoami");
    await session.use("whoami");
    expect(await stored(object)).toEqual(before);
    pass(1);
    await session.use("whoami");
    const after = await stored(object);
    expect(after.lastRequestAtMs).toBe(Date.now());
    expect(after.alarmAtMs).toBe(before.alarmAtMs);
  });
});
