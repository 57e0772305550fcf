import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { keptAlive } from "../../src/engine/mcp/session/keep-alive";
import { connect, request, SSE } from "./as-client.ts";
import { listen, Session } from "./mcp-client.ts";
import { bearer } from "./sse-client.ts";

const COMMENT = ": keepalive\n\n";
const headers = { "content-type": "text/event-stream" };

/** A stream whose source the test plays, and what its reader has got up to now. */
function open() {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const reader = keptAlive(new Response(readable, { headers }), 1_000).body?.getReader();
  if (reader === undefined) throw new Error("There is no stream");
  const next = async () => new TextDecoder().decode((await reader.read()).value);
  const say = (text: string) => writer.write(new TextEncoder().encode(text));
  return { writer, reader, next, say };
}

describe("a stream that is kept alive", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] }));
  afterEach(() => void vi.useRealTimers());

  it("has a comment at each interval in which nothing else comes", async () => {
    const { next } = open();
    for (let count = 0; count < 3; count++) {
      const comment = next();
      vi.advanceTimersByTime(1_000);
      expect(await comment).toBe(COMMENT);
    }
  });

  it("is every 25 seconds unless it is told otherwise", async () => {
    const { readable } = new TransformStream<Uint8Array, Uint8Array>();
    const body = keptAlive(new Response(readable, { headers })).body;
    let got = "";
    const reading = body?.getReader().read();
    void reading?.then(({ value }) => {
      got = new TextDecoder().decode(value);
    });
    vi.advanceTimersByTime(24_999);
    await Promise.resolve();
    expect(got).toBe("");
    vi.advanceTimersByTime(1);
    await reading;
    expect(got).toBe(COMMENT);
  });

  it("has none inside an event that comes in pieces", async () => {
    const { next, say } = open();
    for (const piece of ["id: 1\n", "data: ", "{}\n"]) {
      void say(piece);
      expect(await next()).toBe(piece);
      const following = next();
      vi.advanceTimersByTime(5_000);
      void say("x");
      expect(await following).toBe("x");
    }
    void say("\n");
    void say("\n");
    expect([await next(), await next()]).toEqual(["\n", "\n"]);
    const comment = next();
    vi.advanceTimersByTime(1_000);
    expect(await comment).toBe(COMMENT);
  });

  it("does not pile comments up for a reader that is behind", async () => {
    const { next, say } = open();
    vi.advanceTimersByTime(60_000);
    void say("data: 1\n\n");
    const got = [await next(), await next()];
    expect(got).toEqual([COMMENT, "data: 1\n\n"]);
  });

  it("has no timer left when its source ends", async () => {
    const { reader, writer } = open();
    expect(vi.getTimerCount()).toBe(1);
    void writer.close();
    expect((await reader.read()).done).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("has no timer left when its source breaks", async () => {
    const { reader, writer } = open();
    void writer.abort(new Error("broken")).catch(() => undefined);
    await expect(reader.read()).rejects.toThrow("broken");
    expect(vi.getTimerCount()).toBe(0);
  });

  it("has no timer left when its reader goes away, and tells its source", async () => {
    const { reader, writer } = open();
    await reader.cancel("gone");
    expect(vi.getTimerCount()).toBe(0);
    await expect(writer.closed).rejects.toBe("gone");
  });

  it("is no answer of another kind", () => {
    const answer = Response.json({});
    expect(keptAlive(answer)).toBe(answer);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("the server's streams", () => {
  afterEach(() => void vi.restoreAllMocks());

  /** A fake timer would run in the test, and a stream belongs to the request that made it: so it is hurried. */
  function hurryIntervals() {
    const { setInterval } = globalThis;
    const start = vi.spyOn(globalThis, "setInterval");
    start.mockImplementation((callback: () => void) => setInterval(callback, 10));
    return { start, stop: vi.spyOn(globalThis, "clearInterval") };
  }

  async function expectKeptAlive(
    body: ReadableStream<Uint8Array>,
    timers: ReturnType<typeof hurryIntervals>,
  ) {
    expect(timers.start.mock.calls.map(([, intervalMs]) => intervalMs)).toEqual([25_000]);
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (!text.endsWith(COMMENT.repeat(2))) text += (await reader.read()).value;
    await reader.cancel();
    // The Worker learns of it a moment later.
    await scheduler.wait(50);
    expect(timers.stop).toHaveBeenCalledWith(timers.start.mock.results[0]?.value);
  }

  it("are kept alive on GET /mcp, until the client goes away", async () => {
    const session = await Session.open((await connect()).access_token);
    const timers = hurryIntervals();
    await expectKeptAlive(await listen(session), timers);
  });

  it("are kept alive on GET /sse, until the client goes away", async () => {
    const { access_token } = await connect({ change: { resource: SSE } });
    const timers = hurryIntervals();
    const { body } = await request("/sse", { headers: bearer(access_token) });
    if (body === null) throw new Error("There is no stream");
    await expectKeptAlive(body, timers);
  });
});
