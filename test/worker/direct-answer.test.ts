import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { CallToolRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { afterEach, describe, expect, it, vi } from "vitest";
import * as z from "zod";
import type { Principal } from "../../src/engine/identity/principal";
import { encodePrincipal, PRINCIPAL_HEADER } from "../../src/engine/mcp/session/principal-header";
import { connect, request } from "./as-client.ts";
import { listen, Session } from "./mcp-client.ts";
import { NOTHING, only, stored } from "./session-storage.ts";

afterEach(() => void vi.restoreAllMocks());

/** Makes the wait after which an answer becomes a stream short: it is in the object, out of fake timers' reach. */
function hurry(ms = 10) {
  const { setTimeout } = globalThis;
  vi.spyOn(globalThis, "setTimeout").mockImplementation((callback: () => void, wait?: number) =>
    setTimeout(callback, wait === 3_000 ? ms : wait),
  );
}

/** A session whose tools answer with their `text` when the test lets them, and say nothing before. */
async function openSilentSession() {
  const { access_token: token } = await connect();
  const [session, object] = await only(() => Session.open(token));
  const stub = env.MCP_SESSION.get(object);
  const waiting = new Map<unknown, () => void>();
  const aborted: unknown[] = [];
  await runInDurableObject(stub, ({ server }) => {
    server.setRequestHandler(CallToolRequestSchema, async ({ params }, { signal }) => {
      const text = params.name;
      signal.addEventListener("abort", () => aborted.push(text));
      await new Promise<void>((resolve) => waiting.set(text, resolve));
      return { content: [{ type: "text", text }] };
    });
  });
  const send = (message: unknown, version: string) =>
    request("/mcp", {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        accept: "application/json, text/event-stream",
        "content-type": "application/json",
        "mcp-session-id": session.id,
        "mcp-protocol-version": version,
      },
      body: JSON.stringify(message),
    });
  return {
    session,
    object,
    stub,
    aborted,
    send,
    call: (name: string, id: string | number, version = "2025-11-25") =>
      send({ jsonrpc: "2.0", id, method: "tools/call", params: { name } }, version),
    isRunning: (name: string) => vi.waitFor(() => expect([...waiting.keys()]).toContain(name)),
    answer: (name: string) => runInDurableObject(stub, () => waiting.get(name)?.()),
    keys: async () => (await stored(object)).keys,
  };
}

const type = (response: Response) => response.headers.get("content-type");
const answerOf = (text: string, id: string | number) => ({
  jsonrpc: "2.0",
  id,
  result: { content: [{ type: "text", text }] },
});

describe("an answer that is all there is to say", () => {
  it.each(["2025-03-26", "2025-06-18", "2025-11-25"])(
    "is JSON, and leaves nothing behind, in %s",
    async (version) => {
      const { call, isRunning, answer, keys } = await openSilentSession();
      const before = await keys();
      const answered = call("a", 7, version);
      await isRunning("a");
      expect(await keys()).toEqual(before);
      await answer("a");
      const response = await answered;
      expect(type(response)).toBe("application/json");
      expect(await response.json()).toEqual(answerOf("a", 7));
      expect(await keys()).toEqual(before);
    },
  );

  it("has no header that only the Worker may see", async () => {
    const { access_token } = await connect();
    const session = await Session.open(access_token);
    const { response } = await session.call("whoami");
    expect(type(response)).toBe("application/json");
    const names = [...response.headers.keys()];
    expect(names.filter((name) => name.startsWith("gatehouse"))).toEqual([]);
  });

  it("reaches the request that it answers, when a client uses an id twice", async () => {
    const { call, isRunning, answer } = await openSilentSession();
    const [first, second] = [call("first", 1), call("second", 1)];
    await Promise.all([isRunning("first"), isRunning("second")]);
    await answer("second");
    expect(await (await second).json()).toEqual(answerOf("second", 1));
    await answer("first");
    expect(await (await first).json()).toEqual(answerOf("first", 1));
  });

  it("tells ids apart that differ in nothing but their type", async () => {
    const { call, send, isRunning, answer, aborted } = await openSilentSession();
    const [number, text] = [call("number", 1), call("text", "1")];
    await Promise.all([isRunning("number"), isRunning("text")]);
    await send(cancelling("1"), "2025-11-25");
    expect(await (await text).text()).toBe("");
    expect(aborted).toEqual(["text"]);
    await answer("number");
    expect(await (await number).json()).toEqual(answerOf("number", 1));
  });

  it("comes from a session whose object restarted meanwhile, too", async () => {
    const { access_token } = await connect();
    const [session, object] = await only(() => Session.open(access_token));
    await evictDurableObject(env.MCP_SESSION.get(object));
    expect(await session.use("whoami")).toMatchObject({ name: "Alice Example" });
  });
});

describe("an answer that takes long", () => {
  it("becomes a stream that begins with an id to come back to", async () => {
    hurry();
    const { call, answer, keys } = await openSilentSession();
    const streamRows = async () =>
      (await keys()).filter((key) => /^__mcp_|^missed|^openStream/.test(key));
    const response = await call("a", 1);
    expect(type(response)).toBe("text/event-stream");
    expect(await streamRows()).toEqual([expect.stringMatching(/^openStream:/)]);
    await answer("a");
    const [priming, event, ...rest] = (await response.text()).split("\n\n");
    expect(priming).toMatch(/^id: [\w-]+:0{16}\nretry: 1000\ndata: $/);
    const [, streamId] = /^id: ([^:]+):/.exec(priming ?? "") ?? [];
    const id = `${streamId}:${"1".padStart(16, "0")}`;
    const data = JSON.stringify({ result: answerOf("a", 1).result, jsonrpc: "2.0", id: 1 });
    expect(event).toBe(`event: message\nid: ${id}\ndata: ${data}`);
    expect(rest).toEqual([""]);
    expect(await streamRows()).toEqual([]);
  });

  it("begins with the answer for a client that may not know empty events", async () => {
    hurry();
    const { call, answer } = await openSilentSession();
    const response = await call("a", 1, "2025-06-18");
    await answer("a");
    expect(await response.text()).toMatch(/^event: message\n/);
  });
});

const cancelling = (requestId: string | number) => ({
  jsonrpc: "2.0",
  method: "notifications/cancelled",
  params: { requestId },
});

describe("a call that is cancelled before anything was said", () => {
  it("stops, and its POST ends without an answer", async () => {
    const { call, send, isRunning, aborted, answer, keys } = await openSilentSession();
    const before = await keys();
    const cancelled = call("a", 1);
    await isRunning("a");
    expect((await send(cancelling(1), "2025-11-25")).status).toBe(202);
    const response = await cancelled;
    expect([response.status, type(response), await response.text()]).toEqual([
      200,
      "text/event-stream",
      "",
    ]);
    expect(aborted).toEqual(["a"]);
    await answer("a");
    expect(await keys()).toEqual(before);
  });

  it("ends with 404 when its session does", async () => {
    const { call, session, isRunning, aborted } = await openSilentSession();
    const running = call("a", 1);
    await isRunning("a");
    const headers = { authorization: `Bearer ${session.token}`, "mcp-session-id": session.id };
    expect((await request("/mcp", { method: "DELETE", headers })).status).toBe(204);
    expect((await running).status).toBe(404);
    expect(aborted).toEqual(["a"]);
  });
});

describe("a session's object", () => {
  it("has three rows and no table, a stream of GET or not, until a batch needs Agent; and ends like any other", async () => {
    const { access_token: token } = await connect();
    const [session, object] = await only(() => Session.open(token));
    await session.use("whoami");
    const withoutAgent = {
      tables: [],
      keys: ["initializeRequest", "lastRequestAtMs", "props"],
      lastRequestAtMs: expect.any(Number),
      alarmAtMs: expect.any(Number),
    };
    expect(await stored(object)).toEqual(withoutAgent);
    const stream = await listen(session);
    expect(await stored(object)).toEqual(withoutAgent);
    await stream.cancel();
    await session.send([{ jsonrpc: "2.0", id: 1, method: "ping" }]);
    expect((await stored(object)).tables).toContain("cf_agents_jobs");
    const headers = { authorization: `Bearer ${token}`, "mcp-session-id": session.id };
    expect((await request("/mcp", { method: "DELETE", headers })).status).toBe(204);
    expect(await stored(object)).toEqual(NOTHING);
  });

  it("answers nobody but the owner, whoever has let the request through", async () => {
    const { access_token } = await connect();
    const [, object] = await only(() => Session.open(access_token));
    const stub = env.MCP_SESSION.get(object);
    const { userId, clientId } = await runInDurableObject(stub, (_instance, { storage }) =>
      z.object({ userId: z.string(), clientId: z.string() }).parse(storage.kv.get("props")),
    );
    const ping = async (owner: { userId: string; clientId: string }) => {
      const principal: Principal = {
        ...owner,
        identity: { issuer: "https://idp.test", subject: "1" },
        clientName: "c",
        scopes: [],
        resource: "https://gatehouse.test/mcp",
        expiresAtSeconds: 1,
      };
      const response = await stub.fetch("https://gatehouse.test/mcp", {
        method: "POST",
        headers: { [PRINCIPAL_HEADER]: encodePrincipal(principal) },
        body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" }),
      });
      return response.status;
    };
    expect(await ping({ userId, clientId })).toBe(200);
    expect(await ping({ userId: "another", clientId })).toBe(404);
    expect(await ping({ userId, clientId: "another" })).toBe(404);
  });
});
