import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { countingEnv } from "../../bench/workers/counting/bindings.ts";
import { counted, forgetCounts } from "../../bench/workers/counting/counter.ts";
import { countingState } from "../../bench/workers/counting/object-storage.ts";

beforeEach(forgetCounts);

/** What was counted, without what is zero. */
function counts(): Record<string, number> {
  return Object.fromEntries(Object.entries(counted()).filter(([, times]) => times !== 0));
}

it("counts what is read from and written to KV, and changes nothing of it", async () => {
  const { OAUTH_KV } = countingEnv(env);
  await OAUTH_KV.put("a", "1");
  expect(await OAUTH_KV.get("a")).toBe("1");
  expect(await OAUTH_KV.getWithMetadata("a")).toMatchObject({ value: "1" });
  expect((await OAUTH_KV.get(["a", "b"])).get("a")).toBe("1");
  expect((await OAUTH_KV.list()).keys.map(({ name }) => name)).toEqual(["a"]);
  await OAUTH_KV.delete("a");
  expect(counts()).toEqual({ kvReads: 4, kvWrites: 1, kvLists: 1, kvDeletes: 1 });
});

it("counts statements of D1, and the rows of those that say them", async () => {
  const { DB } = countingEnv(env);
  const insert = DB.prepare("INSERT INTO person_records VALUES (?1, 'notes', ?2, '{}', 0)");
  await DB.batch([insert.bind("p", "1"), insert.bind("p", "2")]);
  const { results } = await DB.prepare("SELECT * FROM person_records").all();
  expect(results).toHaveLength(2);
  const { d1Statements, d1RowsRead, d1RowsWritten } = counted();
  expect(d1Statements).toBe(3);
  expect(d1RowsRead).toBe(2);
  expect(d1RowsWritten).toBeGreaterThanOrEqual(2);
});

it("counts each call that reaches an object", async () => {
  const { MCP_SESSION } = countingEnv(env);
  const stub = MCP_SESSION.getByName("streamable-http:counted");
  expect(await stub.getInitializeRequest()).toBeUndefined();
  expect((await stub.fetch("https://gatehouse.test/")).status).toBe(404);
  await MCP_SESSION.get(MCP_SESSION.idFromName("counted")).getInitializeRequest();
  expect(counts()).toMatchObject({ objectRequests: 3 });
});

it("counts the rows that an object reads and writes, in SQL and by key", async () => {
  const stub = env.MCP_SESSION.getByName("rows");
  await runInDurableObject(stub, async (_, state) => {
    forgetCounts();
    const { storage } = countingState(state);
    storage.sql.exec("CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)");
    const created = counted().objectRowsWritten;
    storage.sql.exec("INSERT INTO t (v) VALUES ('a'), ('b'), ('c')");
    expect(counted().objectRowsWritten - created).toBe(3);
    const readBefore = counted().objectRowsRead;
    expect(storage.sql.exec("SELECT * FROM t").toArray()).toHaveLength(3);
    expect(counted().objectRowsRead - readBefore).toBe(3);

    forgetCounts();
    storage.kv.put("k", 1);
    expect(storage.kv.get("k")).toBe(1);
    await storage.put({ x: 1, y: 2 });
    expect([...(await storage.list({ prefix: "x" })).keys()]).toEqual(["x"]);
    await storage.delete(["x", "y"]);
    await storage.setAlarm(Date.now() + 60_000);
    await storage.deleteAlarm();
    expect(counts()).toEqual({ objectRowsRead: 2, objectRowsWritten: 7 });
    // Leaves nothing behind that would count for another.
    await storage.deleteAll();
  });
});
