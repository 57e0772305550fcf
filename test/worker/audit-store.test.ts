import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { auditFor } from "../../src/engine/audit/audit";
import type { AuditEvent, NewAuditEvent } from "../../src/engine/audit/audit-event";
import { allStored } from "./audited.ts";

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** A name that only the events of one test have. */
let mark: string;
beforeEach(() => {
  mark = crypto.randomUUID();
  // What the outbox and the store say of an outage.
  vi.spyOn(console, "warn").mockReturnValue();
  vi.spyOn(console, "error").mockReturnValue();
});

const readCall = (change: Partial<Extract<NewAuditEvent, { kind: "tool_call" }>> = {}) => ({
  kind: "tool_call" as const,
  tool: "calculator",
  readOnly: true,
  outcome: "ok" as const,
  milliseconds: 1,
  argumentsHash: "",
  scopes: [],
  sessionId: mark,
  ...change,
});

const numbered = (count: number, kind: "read" | "write" = "read") =>
  Array.from({ length: count }, (_, n) =>
    readCall({ requestId: `${n}`, readOnly: kind === "read" }),
  );

/** The numbers of this test's events in D1, in the order of their ids. */
async function numbersStored(): Promise<number[]> {
  const events = (await allStored()).filter(({ sessionId }) => sessionId === mark);
  return events.map(({ requestId }) => Number(requestId));
}

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

/** Until every event of this test is in D1, or as many as there are after some seconds. */
async function settled(count: number): Promise<number[]> {
  await vi
    .waitFor(
      async () => {
        if ((await numbersStored()).length < count) throw new Error("Not yet");
      },
      { timeout: 12_000, interval: 50 },
    )
    .catch(() => undefined);
  return numbersStored();
}

async function batchesStored(): Promise<number> {
  const row = await env.DB.prepare(
    "SELECT count(*) AS n FROM audit_batches WHERE instr(events, ?1) > 0",
  )
    .bind(mark)
    .first<{ n: number }>();
  return row?.n ?? 0;
}

/** The environment with a D1 of the test's own making. */
function envWith(instead: Pick<D1Database, "prepare">): Env {
  const database = new Proxy(env.DB, {
    get(target, property) {
      const member: unknown = Reflect.get(instead, property) ?? Reflect.get(target, property);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
  return { ...env, DB: database };
}

const outboxAt = (shard: number) => env.AUDIT_OUTBOX.getByName(`outbox-${shard}`);
/** Found anew each time: what led to an object that was aborted leads nowhere. */
const outboxes = () => [0, 1, 2, 3].map(outboxAt);

function rowsIn(outbox: ReturnType<typeof outboxAt>): Promise<string[]> {
  return runInDurableObject(outbox, (_object, { storage }) => {
    const tables = [...storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'batches'")];
    if (tables.length === 0) return [];
    return [...storage.sql.exec("SELECT id FROM batches ORDER BY id")].map(({ id }) => String(id));
  });
}

/** Rings an outbox's alarm until it sets none: by then it is empty, or it fails for ever. */
async function moveAll(outbox: ReturnType<typeof outboxAt>): Promise<void> {
  for (let times = 0; times < 20; times++) if (!(await runDurableObjectAlarm(outbox))) return;
}

const emptyOutboxes = () => Promise.all(outboxes().map(moveAll));

describe("events of one moment", () => {
  it("share a row", async () => {
    const audit = auditFor({ ...env });
    for (const event of numbered(100)) audit.record(event);
    expect(await settled(100)).toEqual(upTo(100));
    expect(await batchesStored()).toBe(1);
  });

  it("share a row when they come within a second, and none waits longer", async () => {
    const audit = auditFor({ ...env });
    for (const event of numbered(10)) {
      audit.record(event);
      await scheduler.wait(20);
    }
    const waitsSinceMs = Date.now();
    expect(await settled(10)).toEqual(upTo(10));
    expect(Date.now() - waitsSinceMs).toBeLessThan(4_000);
    // One, where the machine is not so slow that a second passes meanwhile.
    expect(await batchesStored()).toBeLessThan(5);
  });

  it("share a row with the beginning of their session", async () => {
    const audit = auditFor({ ...env });
    const [first, second] = [{ requestId: "0" }, { requestId: "1" }];
    const transport = "streamable_http";
    audit.record({ kind: "session_started", transport, sessionId: mark, ...first });
    await scheduler.wait(50);
    audit.record(readCall(second));
    expect(await settled(2)).toEqual(upTo(2));
    expect(await batchesStored()).toBe(1);
  });

  it("are stored at once where they concern security, and with those that wait", async () => {
    const begun = Promise.withResolvers<void>();
    const noting = envWith({
      prepare: (sql) =>
        whenRun(env.DB.prepare(sql), (run) => {
          begun.resolve();
          return run();
        }),
    });
    const audit = auditFor(noting);
    const [first, ...others] = numbered(20);
    const startedAtMs = Date.now();
    audit.record(first ?? readCall());
    for (const event of others) audit.record({ ...event, readOnly: false });
    await begun.promise;
    expect(Date.now() - startedAtMs).toBeLessThan(800);
    expect(await settled(20)).toEqual(upTo(20));
    expect(await batchesStored()).toBe(1);
  });

  it("share a row when they come while others are stored, also those that do not wait", async () => {
    const begun = Promise.withResolvers<void>();
    const mayEnd = Promise.withResolvers<void>();
    const slow = envWith({
      prepare: (sql) =>
        whenRun(env.DB.prepare(sql), async (run) => {
          begun.resolve();
          await mayEnd.promise;
          return run();
        }),
    });
    const audit = auditFor(slow);
    const [first, ...others] = numbered(300, "write");
    audit.record(first ?? readCall());
    await begun.promise;
    for (const event of others) {
      audit.record(event);
      await Promise.resolve();
    }
    mayEnd.resolve();
    expect(await settled(300)).toEqual(upTo(300));
    expect(await batchesStored()).toBe(2);
  });
});

/** A statement with something else around its `run`. */
function whenRun(
  statement: D1PreparedStatement,
  around: (run: () => Promise<D1Result>) => Promise<D1Result>,
): D1PreparedStatement {
  return new Proxy(statement, {
    get(target, property) {
      if (property === "run") return () => around(() => target.run());
      if (property === "bind") {
        return (...values: unknown[]) => whenRun(target.bind(...values), around);
      }
      const member: unknown = Reflect.get(target, property);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}

describe("recording", () => {
  it("does not wait for D1, and never throws", async () => {
    const hanging = envWith({ prepare: (sql) => whenRun(env.DB.prepare(sql), never) });
    const audit = auditFor(hanging);
    const startedAtMs = performance.now();
    for (const event of numbered(1_000, "write")) audit.record(event);
    expect(performance.now() - startedAtMs).toBeLessThan(1_000);
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    expect(() => audit.record(readCall(Object.create(loop)))).not.toThrow();
    await settled(1_000);
  }, 20_000);
});

const never = () => new Promise<never>(() => undefined);

describe("while D1 is down", () => {
  const down = () => {
    throw new Error("D1 is down");
  };

  it("events go to an outbox, which brings them to D1 later: each once", async () => {
    const audit = auditFor(envWith({ prepare: down }));
    for (const event of numbered(200, "write")) {
      audit.record(event);
      if (Number(event.requestId) % 10 === 0) await scheduler.wait(5);
    }
    await vi.waitFor(async () => {
      const kept = (await Promise.all(outboxes().map(rowsIn))).flat();
      if (kept.length === 0) throw new Error("Nothing is kept yet");
    });
    await scheduler.wait(200);
    expect(await numbersStored()).toEqual([]);
    await emptyOutboxes();
    expect(await numbersStored()).toEqual(upTo(200));
    for (const outbox of outboxes()) {
      expect(await runInDurableObject(outbox, (_o, { storage }) => storage.getAlarm())).toBeNull();
    }
  });

  it("an outbox keeps what D1 does not take, over a restart, and what comes meanwhile", async () => {
    const outbox = outboxAt(0);
    const batch = (n: number) => ({
      id: `${n}`.padStart(12, "0"),
      users: " ",
      events: JSON.stringify([{ ...readCall({ requestId: `${n}` }), id: `${mark}${n}`, atMs: n }]),
    });
    for (let n = 0; n < 50; n++) await outbox.put(batch(n));
    // Again: its answer was lost.
    await outbox.put(batch(7));
    await runInDurableObject(outbox, async (object, { storage }) => {
      Reflect.set(object, "env", envWith({ prepare: down }));
      await object.alarm?.();
      expect(await storage.getAlarm()).toBeGreaterThan(Date.now() + 1_000);
    });
    await runInDurableObject(outbox, (_object, state) => state.abort("replaced")).catch(() => {});
    const again = outboxAt(0);
    expect(await rowsIn(again)).toHaveLength(50);
    await again.put(batch(50));
    await moveAll(again);
    expect((await numbersStored()).toSorted((a, b) => a - b)).toEqual(upTo(51));
    expect(await rowsIn(again)).toEqual([]);
  });

  it("a batch that D1 took after all, without saying so, is there once", async () => {
    const audit = auditFor(
      envWith({
        prepare: (sql) =>
          whenRun(env.DB.prepare(sql), async (run) => {
            await run();
            throw new Error("The answer is lost");
          }),
      }),
    );
    for (const event of numbered(10, "write")) audit.record(event);
    expect(await settled(10)).toEqual(upTo(10));
    await vi.waitFor(async () => {
      if ((await Promise.all(outboxes().map(rowsIn))).flat().length === 0)
        throw new Error("Not yet");
    });
    await emptyOutboxes();
    expect(await numbersStored()).toEqual(upTo(10));
  });

  it("and the outbox is, too, events wait in memory and are tried again", async () => {
    let isUp = false;
    const flaky = envWith({ prepare: (sql) => (isUp ? env.DB.prepare(sql) : down()) });
    flaky.AUDIT_OUTBOX = new Proxy(env.AUDIT_OUTBOX, {
      get: () => () => {
        throw new Error("The outbox is down");
      },
    });
    const audit = auditFor(flaky);
    for (const event of numbered(10, "write")) audit.record(event);
    await scheduler.wait(500);
    isUp = true;
    vi.useFakeTimers({ now: Date.now() + 11_000, toFake: ["Date"] });
    expect(await settled(10)).toEqual(upTo(10));
  }, 20_000);
});

describe("when nothing takes events for long", () => {
  it("drops the oldest, and says how many", async () => {
    const lost = envWith({ prepare: (sql) => whenRun(env.DB.prepare(sql), never) });
    lost.AUDIT_OUTBOX = new Proxy(env.AUDIT_OUTBOX, { get: () => () => never() });
    const audit = auditFor(lost);
    const scopes = Array.from({ length: 64 }, () => "x".repeat(500));
    for (let n = 0; n < 400; n++) audit.record(readCall({ scopes }));
    const told = vi
      .spyOn(console, "error")
      .mock.calls.map(([line]) => Object(line))
      .filter(({ event }) => event === "audit_events_lost");
    const events = told.reduce((sum, line) => sum + Number(line.events), 0);
    expect(events).toBeGreaterThan(200);
    expect(events).toBeLessThan(400);
  });
});

describe("what is recorded", () => {
  let rounds = 0;
  beforeEach(() => {
    rounds = 0;
  });
  /** How many of a test's events are stored, after these were recorded. */
  const counting = async (vars: Record<string, string>, events: NewAuditEvent[]) => {
    const audit = auditFor(Object.assign({ ...env }, vars));
    for (const event of events) audit.record(event);
    // The last is always recorded, and stored with those before it.
    audit.record({ kind: "token_replayed", sessionId: mark, requestId: "-1" });
    const isLast = (event: AuditEvent) =>
      event.sessionId === mark && event.kind === "token_replayed";
    rounds += 1;
    await vi.waitFor(async () => {
      if ((await allStored()).filter(isLast).length < rounds) throw new Error("Not yet");
    });
    return (await numbersStored()).length - rounds;
  };
  const failing = () => numbered(20).map((event) => ({ ...event, outcome: "error" as const }));

  it("is every call by default", async () => {
    expect(await counting({}, numbered(50))).toBe(50);
  });

  it("is no call of a tool that only reads, with AUDIT_TOOL_CALLS=writes", async () => {
    const events = [...numbered(50), ...failing(), ...numbered(7, "write")];
    expect(await counting({ AUDIT_TOOL_CALLS: "writes" }, events)).toBe(7);
  });

  it("is a share of them, and each that failed or writes, with AUDIT_TOOL_CALLS=10%", async () => {
    const vars = { AUDIT_TOOL_CALLS: "10%" };
    expect(await counting(vars, [...failing(), ...numbered(7, "write")])).toBe(27);
    const count = (await counting(vars, numbered(1_000))) - 27;
    // Further off than this it is once in a million runs.
    expect(count).toBeGreaterThan(50);
    expect(count).toBeLessThan(150);
  });

  it("is bounded, whatever comes from outside", async () => {
    const audit = auditFor({ ...env });
    audit.record({
      kind: "token_refused",
      grantType: "other",
      error: "x",
      clientId: `'"\u0000\ud800\u001b[31m</script>${"x".repeat(100_000)}`,
      sessionId: mark,
    });
    await settled(1);
    const [event] = (await allStored()).filter(({ sessionId }) => sessionId === mark);
    expect(event?.clientId).toHaveLength(512);
    expect(event?.clientId).toContain("'\"\u0000\ufffd\u001b[31m</script>xxx");
  });
});

describe("audit_batches", () => {
  it("cannot be changed, and not be deleted before its day is over", async () => {
    const audit = auditFor({ ...env });
    audit.record(readCall({ readOnly: false, requestId: "0" }));
    await settled(1);
    await expect(env.DB.exec("UPDATE audit_batches SET events = '[]'")).rejects.toThrow(
      "append-only",
    );
    await expect(env.DB.exec("DELETE FROM audit_batches")).rejects.toThrow("append-only");
    expect(await numbersStored()).toEqual([0]);
  });
});
