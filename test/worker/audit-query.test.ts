import { createExecutionContext, createScheduledController } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { AuditEvent } from "../../src/engine/audit/audit-event";
import { recentCalls } from "../../src/engine/audit/audit-query";
import { OpenBatch } from "../../src/engine/audit/batch";
import { insertBatch } from "../../src/engine/audit/batch-store";
import { eventStamps } from "../../src/engine/audit/event-id";
import worker from "../fixture";

const DAY_MS = 86_400_000;
const nowMs = Date.now();

/** Stores calls that were made at some time as one batch. @returns its id. */
async function storeCalls(
  atMs: number,
  calls: readonly { userId: string; tool: string; grantId?: string }[],
): Promise<string> {
  const stamp = eventStamps();
  const events = calls.map(({ userId, tool, grantId = "grant-1" }): AuditEvent => {
    const ids = { userId, grantId, clientId: `client of ${grantId}` };
    const outcome = tool === "fails" ? "error" : "ok";
    const rest = { readOnly: true, milliseconds: 1, argumentsHash: "", scopes: [] };
    return { kind: "tool_call", ...stamp(atMs), ...ids, tool, outcome, ...rest };
  });
  const [first] = events;
  if (first === undefined) throw new Error("A batch has events");
  const open = new OpenBatch(first);
  for (const event of events) open.add(event);
  const { batch } = open.close();
  await insertBatch(env.DB, batch).run();
  return batch.id;
}

/** A person whom no other test knows. */
let alice: string;
beforeEach(() => {
  alice = `alice-${crypto.randomUUID()}`;
});

describe("what a person's clients did lately", () => {
  it("is the person's own, the newest first, out of batches with others' calls", async () => {
    const others = { userId: `${alice}2`, tool: "secret" };
    await storeCalls(nowMs - 20_000, [others, { userId: alice, tool: "one" }, others]);
    await storeCalls(nowMs - 10_000, [others]);
    await storeCalls(nowMs - 5_000, [
      { userId: alice, tool: "two" },
      { userId: alice, tool: "fails", grantId: "grant-2" },
    ]);
    const atSeconds = Math.floor((nowMs - 5_000) / 1_000);
    expect(await recentCalls(env, alice)).toEqual([
      {
        clientId: "client of grant-2",
        grantId: "grant-2",
        tool: "fails",
        outcome: "error",
        atSeconds,
      },
      { clientId: "client of grant-1", grantId: "grant-1", tool: "two", outcome: "ok", atSeconds },
      {
        clientId: "client of grant-1",
        grantId: "grant-1",
        tool: "one",
        outcome: "ok",
        atSeconds: Math.floor((nowMs - 20_000) / 1_000),
      },
    ]);
  });

  it("is of each grant, however busy another one is", async () => {
    await storeCalls(nowMs - 9_000, [{ userId: alice, tool: "quiet", grantId: "quiet" }]);
    const busy = { userId: alice, tool: "again", grantId: "busy" };
    await storeCalls(nowMs - 8_000, Array(300).fill(busy));
    const calls = await recentCalls(env, alice);
    expect(calls.filter(({ grantId }) => grantId === "busy")).toHaveLength(20);
    expect(calls.at(-1)).toMatchObject({ grantId: "quiet", tool: "quiet" });
  });

  it("is nothing for somebody without calls, whatever their id looks like", async () => {
    await storeCalls(nowMs, [{ userId: alice, tool: "one" }]);
    for (const id of ["", " ", "%", "nobody", "' OR 1=1 --", alice.slice(1)]) {
      expect(await recentCalls(env, id), id).toEqual([]);
    }
  });

  it("is there however many batches others fill, whatever user ids these name", async () => {
    await storeCalls(nowMs - 3_600_000, [{ userId: alice, tool: "an hour ago" }]);
    const stamp = eventStamps();
    const refused = { kind: "token_refused", grantType: "other", error: "x", userId: alice };
    const batches = Array.from({ length: 20_000 }, () => stamp(nowMs)).map(({ id, atMs }) => ({
      id,
      users: ` ${alice} `,
      events: JSON.stringify([{ ...refused, id, atMs }]),
    }));
    for (let first = 0; first < batches.length; first += 5_000) {
      const some = JSON.stringify(batches.slice(first, first + 5_000));
      await env.DB.prepare(
        "INSERT INTO audit_batches (id, users, events) SELECT value ->> 'id', value ->> 'users', " +
          "value ->> 'events' FROM json_each(?1)",
      )
        .bind(some)
        .run();
    }
    expect((await recentCalls(env, alice)).map(({ tool }) => tool)).toEqual(["an hour ago"]);
  });

  it("goes back a week", async () => {
    await storeCalls(nowMs - 7.1 * DAY_MS, [{ userId: alice, tool: "too old" }]);
    await storeCalls(nowMs - 6.9 * DAY_MS, [{ userId: alice, tool: "young" }]);
    expect((await recentCalls(env, alice)).map(({ tool }) => tool)).toEqual(["young"]);
  });
});

describe("the daily job", () => {
  const run = (vars: Record<string, string> = {}) =>
    worker.scheduled(
      createScheduledController(),
      Object.assign({ ...env }, vars),
      createExecutionContext(),
    );
  const idsStored = async () => {
    const { results } = await env.DB.prepare("SELECT id FROM audit_batches").all<{ id: string }>();
    return results.map(({ id }) => id);
  };

  it("deletes what is older than AUDIT_RETENTION_DAYS, and nothing else", async () => {
    vi.spyOn(console, "log").mockReturnValue();
    const call = [{ userId: alice, tool: "one" }];
    const old = await storeCalls(nowMs - 90.1 * DAY_MS, call);
    const kept = await storeCalls(nowMs - 89.9 * DAY_MS, call);
    const young = await storeCalls(nowMs, call);
    await run();
    expect(await idsStored()).not.toContain(old);
    expect(await idsStored()).toEqual(expect.arrayContaining([kept, young]));
    await run({ AUDIT_RETENTION_DAYS: "30" });
    expect(await idsStored()).not.toContain(kept);
    expect(await idsStored()).toContain(young);
  });

  it("deletes from the index of calls what is older than a week, and no batch of that", async () => {
    vi.spyOn(console, "log").mockReturnValue();
    const old = await storeCalls(nowMs - 7.1 * DAY_MS, [{ userId: alice, tool: "one" }]);
    const young = await storeCalls(nowMs - 6.9 * DAY_MS, [{ userId: alice, tool: "one" }]);
    await run();
    const { results } = await env.DB.prepare(
      "SELECT batch_id FROM gatehouse_calls_by_person WHERE user_id = ?1",
    )
      .bind(alice)
      .all();
    expect(results).toEqual([{ batch_id: young }]);
    expect(await idsStored()).toContain(old);
  });

  it("deletes thousands in steps", async () => {
    const log = vi.spyOn(console, "log").mockReturnValue();
    const batches = Array.from({ length: 1_200 }, (_, n) =>
      insertBatch(env.DB, { id: `${n}`.padStart(28, "0"), users: " ", events: "[]" }),
    );
    await env.DB.batch(batches);
    await run();
    expect(log).toHaveBeenCalledWith({ event: "audit_retention", batches: 1_200 });
    log.mockRestore();
  });
});
