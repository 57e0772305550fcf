import { createExecutionContext, evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { countingEnv } from "../../bench/workers/counting/bindings.ts";
import { counted, forgetCounts } from "../../bench/workers/counting/counter.ts";
import { connect, request } from "./as-client.ts";
import { gatehouseOf } from "./gatehouse.ts";
import { initialize, listen, Session } from "./mcp-client.ts";
import { TEST_ORIGIN } from "./origin.ts";
import { configOf } from "./server.ts";
import { only, stored } from "./session-storage.ts";

beforeEach(forgetCounts);
afterEach(() => void vi.restoreAllMocks());

/** Counts the rows that all objects write from now on, as they are billed; see docs/performance.md. */
async function countRowsWritten(): Promise<() => number> {
  let rows = 0;
  const cursors: { rowsWritten: number }[] = [];
  await runInDurableObject(env.MCP_SESSION.getByName("any"), (_session, { storage }) => {
    const { put, delete: remove } = storage.kv;
    vi.spyOn(Object.getPrototypeOf(storage.kv), "put").mockImplementation(function (
      this: SyncKvStorage,
      ...args: unknown[]
    ) {
      rows++;
      return Reflect.apply(put, this, args);
    });
    vi.spyOn(Object.getPrototypeOf(storage.kv), "delete").mockImplementation(function (
      this: SyncKvStorage,
      ...args: unknown[]
    ) {
      rows++;
      return Reflect.apply(remove, this, args);
    });
    for (const name of ["put", "delete", "setAlarm", "deleteAlarm"] as const) {
      const original: (...args: never[]) => unknown = storage[name];
      vi.spyOn(Object.getPrototypeOf(storage), name).mockImplementation(function (
        this: DurableObjectStorage,
        ...args: unknown[]
      ) {
        rows++;
        return Reflect.apply(original, this, args);
      });
    }
    const { exec } = storage.sql;
    vi.spyOn(Object.getPrototypeOf(storage.sql), "exec").mockImplementation(function (
      this: SqlStorage,
      ...args: unknown[]
    ) {
      const cursor = Reflect.apply(exec, this, args);
      cursors.push(cursor);
      return cursor;
    });
  });
  return () => cursors.reduce((sum, { rowsWritten }) => sum + rowsWritten, rows);
}

it("the session of a client made with an SDK writes at most 6 rows, and asks an object once per request", async () => {
  const { access_token: token } = await connect();
  const gatehouse = gatehouseOf(configOf(env));
  const counting = countingEnv(env);
  const rowsWritten = await countRowsWritten();
  const headers = {
    authorization: `Bearer ${token}`,
    accept: "application/json, text/event-stream",
    "content-type": "application/json",
    "mcp-protocol-version": "2025-11-25",
  };
  const send = (method: string, message?: unknown, sessionId?: string) =>
    gatehouse(
      new Request(`${TEST_ORIGIN}/mcp`, {
        method,
        headers: { ...headers, ...(sessionId !== undefined && { "mcp-session-id": sessionId }) },
        ...(message !== undefined && { body: JSON.stringify(message) }),
      }),
      counting,
      createExecutionContext(),
    );
  const requestOf = (method: string, params = {}) => ({ jsonrpc: "2.0", id: 1, method, params });
  const spent = () => ({ rows: rowsWritten(), requests: counted().objectRequests });

  const begun = await send("POST", initialize());
  const id = begun.headers.get("mcp-session-id") ?? "";
  await send("POST", { jsonrpc: "2.0", method: "notifications/initialized" }, id);
  // The owner, `initialize`, the time, the alarm, and the grant's row, for which its object is asked.
  expect(spent()).toEqual({ rows: 5, requests: 3 });
  const stream = await send("GET", undefined, id);
  expect(stream.status).toBe(200);
  expect(spent()).toEqual({ rows: 5, requests: 4 });
  for (let call = 0; call < 10; call++) {
    const answer = await send("POST", requestOf("tools/call", { name: "whoami" }), id);
    expect(answer.status).toBe(200);
  }
  await send("POST", requestOf("tools/list"), id);
  expect(spent()).toEqual({ rows: 5, requests: 15 });
  expect((await send("DELETE", undefined, id)).status).toBe(204);
  expect(await stream.text()).toBe(": open\n\n");
  // DELETE itself, and the word to the grant's object, which deletes its row.
  expect(spent()).toEqual({ rows: 6, requests: 16 });
});

it("an idle stream of GET lets its object sleep, and no keep-alive asks it for anything", async () => {
  const { access_token: token } = await connect();
  const [session, object] = await only(() => Session.open(token));
  const { setInterval } = globalThis;
  vi.spyOn(globalThis, "setInterval").mockImplementation((tick: () => void) =>
    setInterval(tick, 5),
  );
  const reader = (await listen(session)).pipeThrough(new TextDecoderStream()).getReader();
  await evictDurableObject(env.MCP_SESSION.get(object), { webSockets: "hibernate" });
  const rowsWritten = await countRowsWritten();
  forgetCounts();
  let text = "";
  while (!text.endsWith(": keepalive\n\n".repeat(5))) text += (await reader.read()).value;
  expect(rowsWritten()).toBe(0);
  expect((await stored(object)).tables).toEqual([]);
  // The sleeping object still has the stream: DELETE ends it.
  const headers = { authorization: `Bearer ${token}`, "mcp-session-id": session.id };
  expect((await request("/mcp", { method: "DELETE", headers })).status).toBe(204);
  while (!(await reader.read()).done);
});
