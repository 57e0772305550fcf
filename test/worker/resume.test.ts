import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { stored } from "./session-storage.ts";
import { type Event, openSlowSession, type Stream } from "./slow-session.ts";

async function nextOf(stream: Stream): Promise<Event> {
  const event = await stream.next();
  if (event === undefined) throw new Error("The stream has ended");
  return event;
}

/** All that is on the stream until the server ends it. */
async function restOf(stream: Stream): Promise<string[]> {
  const data: string[] = [];
  for (let event = await stream.next(); event; event = await stream.next()) data.push(event.data);
  return data;
}

const progress = expect.stringContaining("notifications/progress");
const answerOf = (name: string) => expect.stringContaining(`answer of ${name}`);

/** The rows by which streams can be resumed. */
async function rowsOf(object: DurableObjectId): Promise<string[]> {
  return (await stored(object)).keys.filter((key) => /^__mcp_|^missed|^openStream/.test(key));
}

describe("the stream of a call", () => {
  it("begins with an event id, from which it can be resumed whatever comes", async () => {
    const session = await openSlowSession();
    const stream = await session.call("a");
    expect(await nextOf(stream)).toEqual({ id: expect.stringMatching(/.:0+$/), data: "" });
    await session.answer();
    expect(await restOf(stream)).toEqual([progress, answerOf("a")]);
    expect(await rowsOf(session.object)).toEqual([]);
  });

  it("has no event without data for a client that may not know it", async () => {
    const session = await openSlowSession("2025-06-18");
    const stream = await session.call("a");
    expect((await nextOf(stream)).data).toEqual(progress);
    await session.answer();
    expect(await restOf(stream)).toEqual([answerOf("a")]);
  });

  it("brings the answer when it dropped before, and was resumed after", async () => {
    const session = await openSlowSession();
    const stream = await session.call("a");
    const { id } = await nextOf(stream);
    await stream.drop();
    await session.answer();
    expect(await restOf(await session.listen(id))).toEqual([progress, answerOf("a")]);
  });

  it("brings the answer when it dropped and was resumed before", async () => {
    const session = await openSlowSession();
    const stream = await session.call("a");
    await nextOf(stream);
    const { id } = await nextOf(stream);
    await stream.drop();
    const resumed = await session.listen(id);
    await session.answer();
    expect(await restOf(resumed)).toEqual([answerOf("a")]);
    expect(await rowsOf(session.object)).toEqual([]);
  });

  it("brings only what its client has not got, however often it drops", async () => {
    const session = await openSlowSession();
    const stream = await session.call("a");
    const { id } = await nextOf(stream);
    await stream.drop();
    await session.answer();
    const resumed = await session.listen(id);
    const got = await nextOf(resumed);
    expect(got.data).toEqual(progress);
    await resumed.drop();
    expect(await restOf(await session.listen(got.id))).toEqual([answerOf("a")]);
  });

  it("is forgotten when its client goes on from the answer", async () => {
    const session = await openSlowSession();
    const stream = await session.call("a");
    const { id } = await nextOf(stream);
    await stream.drop();
    await session.answer();
    const resumed = await session.listen(id);
    await nextOf(resumed);
    const answer = await nextOf(resumed);
    const listening = await session.listen(answer.id);
    await session.say("hello");
    expect((await nextOf(listening)).data).toContain("hello");
    expect((await rowsOf(session.object)).filter((key) => key.includes(id.slice(0, 8)))).toEqual(
      [],
    );
    await listening.drop();
  });

  it("does not mix with that of another call", async () => {
    const session = await openSlowSession();
    const [a, b] = [await session.call("a"), await session.call("b")];
    const [idOfA, idOfB] = [(await nextOf(a)).id, (await nextOf(b)).id];
    await a.drop();
    await session.answer();
    expect(await restOf(b)).toEqual([progress, answerOf("b")]);
    expect(await restOf(await session.listen(idOfA))).toEqual([progress, answerOf("a")]);
    expect(idOfA).not.toBe(idOfB);
  });

  it("is kept for the last 16 that dropped", async () => {
    const session = await openSlowSession();
    const ids: string[] = [];
    for (let count = 1; count <= 17; count++) {
      const stream = await session.call(`call-${count}`);
      ids.push((await nextOf(stream)).id);
      await stream.drop();
      await session.answer();
    }
    const rows = await rowsOf(session.object);
    const kept = ids.map((id) => rows.some((row) => row.includes(id.slice(0, 36))));
    expect(kept).toEqual([false, ...Array.from({ length: 16 }, () => true)]);
  });
});

describe("the stream of a batch", () => {
  it("brings the answers when it dropped and was resumed before they came", async () => {
    const session = await openSlowSession();
    const stream = await session.batch(["a", "b"]);
    const { id } = await nextOf(stream);
    const [streamId] = id.split(":");
    await stream.drop();
    const resumed = await session.listen(`${streamId}:${"2".padStart(16, "0")}`);
    await session.answer();
    expect(await restOf(resumed)).toEqual([answerOf("a"), answerOf("b")]);
    expect(await rowsOf(session.object)).toEqual([]);
  });
});

describe("the stream of GET", () => {
  it("is one per session: who opens another has it, and the first ends", async () => {
    const session = await openSlowSession();
    const first = await session.listen();
    const second = await session.listen();
    expect(await first.next()).toBeUndefined();
    await session.say("one");
    expect((await nextOf(second)).data).toContain("one");
    await second.drop();
  });

  it("brings what the server says after its object slept", async () => {
    const session = await openSlowSession();
    const stream = await session.listen();
    const stub = env.MCP_SESSION.get(session.object);
    await evictDurableObject(stub, { webSockets: "hibernate" });
    // Wakes the object, which connects its server.
    await session.ping();
    await session.say("one");
    expect((await nextOf(stream)).data).toContain("one");
    await stream.drop();
  });

  it("is a new one for a client that goes on from an event that never was", async () => {
    const session = await openSlowSession();
    for (const id of ["unknown:0001", "no colon", ":", `${"a".repeat(3_000)}:1`]) {
      const stream = await session.listen(id);
      await session.say("hello");
      expect((await nextOf(stream)).data, id.slice(0, 20)).toContain("hello");
      await stream.drop();
    }
  });

  it("brings what the server said meanwhile, once, and goes on", async () => {
    const session = await openSlowSession();
    const stream = await session.listen();
    await session.say("one");
    const { id, data } = await nextOf(stream);
    expect(data).toContain("one");
    await stream.drop();
    await session.say("two");
    await session.say("three");
    const resumed = await session.listen(id);
    expect((await nextOf(resumed)).data).toContain("two");
    expect((await nextOf(resumed)).data).toContain("three");
    await session.say("four");
    expect((await nextOf(resumed)).data).toContain("four");
    await resumed.drop();
  });
});
