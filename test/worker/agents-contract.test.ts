import { createExecutionContext, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { watched } from "../../bench/workers/counting/watched.ts";
import { DurableObjectEventStore, McpAgent } from "../../src/engine/mcp/libraries";
import {
  AGENT_KEYS,
  agentNames,
  CONNECTION_ID_PARAMETER,
  contextWithProps,
  idBeforeFirst,
  isForPost,
  streamOf,
  unansweredKey,
} from "../../src/engine/mcp/session/agents-internals";
import { initialize } from "./mcp-client.ts";
import { openSlowSession } from "./slow-session.ts";

/**
 * What src/engine/mcp/session/agents-internals.ts, and the overrides in session-lifetime.ts, rely on beside the
 * library's documented interface. Each test's name says what an upgrade changed when it fails.
 */

/** What McpAgent's own handler asks of the object for a request, by a namespace that only listens. */
async function askedFor(method: string, sessionId: string, body?: unknown) {
  const names: string[] = [];
  const requests: Request[] = [];
  const MCP_SESSION = watched(env.MCP_SESSION, (name, args, call) => {
    if (name === "getByName" || name === "idFromName") names.push(String(args[0]));
    const result = call();
    if ((name !== "get" && name !== "getByName") || typeof result !== "object" || !result) {
      return result;
    }
    return watched(result, (member, [request], callStub) => {
      if (member === "fetch" && request instanceof Request) requests.push(request);
      return callStub();
    });
  });
  const address = new URL("https://gatehouse.test/mcp");
  address.searchParams.set(CONNECTION_ID_PARAMETER, "chosen");
  const request = new Request(address, {
    method,
    headers: {
      accept: "application/json, text/event-stream",
      "content-type": "application/json",
      "mcp-session-id": sessionId,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const ctx = contextWithProps(createExecutionContext(), undefined);
  const response = await McpAgent.serve("/mcp", { binding: "MCP_SESSION" }).fetch(
    request,
    { ...env, MCP_SESSION },
    ctx,
  );
  return { names, requests, response };
}

describe("agents", () => {
  it("has the members that are overridden or called, none of which it documents", async () => {
    await runInDurableObject(env.MCP_SESSION.getByName(agentNames.sse("a")), (session) => {
      const base = McpAgent.prototype;
      for (const name of [
        "__unsafe_ensureInitialized",
        "_ensureSchema",
        "_cf_terminateSession",
        "getEventStore",
        "getInitializeRequest",
        "onSSEMcpMessage",
        "onConnect",
        "onStart",
      ]) {
        expect(Reflect.get(base, name), name).toBeTypeOf("function");
      }
      for (const name of [
        "webSocketMessage",
        "webSocketClose",
        "webSocketError",
        "disableAlarms",
      ] as const) {
        expect(Reflect.get(session.lifecycle, name), name).toBeTypeOf("function");
      }
    });
  });

  it("numbers the events of a stream from 1, in 16 digits after its name", async () => {
    const stub = env.MCP_SESSION.getByName(agentNames.streamableHttp("events"));
    await runInDurableObject(stub, async (_session, { storage }) => {
      const events = new DurableObjectEventStore(storage);
      const message = { jsonrpc: "2.0", method: "notifications/message" } as const;
      const first = await events.storeEvent("s", message);
      expect(first).toBe(`s:${"1".padStart(16, "0")}`);
      const sent: string[] = [];
      await events.replayEventsAfter(idBeforeFirst("s"), {
        send: async (id) => void sent.push(id),
      });
      expect(sent).toEqual([first]);
      await events.clearStream("s");
      expect([...(await storage.list()).keys()]).toEqual([]);
    });
  });

  it("addresses a session by its transport and id, and asks for its initialize in its row", async () => {
    const { names, response } = await askedFor("GET", "nobody");
    expect(names).toContain(agentNames.streamableHttp("nobody"));
    expect(response.status).toBe(404);
    const stub = env.MCP_SESSION.getByName(agentNames.streamableHttp("keys"));
    await runInDurableObject(stub, async (session, { storage }) => {
      storage.kv.put(AGENT_KEYS.owner, { userId: "u", clientId: "c" });
      storage.kv.put(AGENT_KEYS.initialize, initialize());
      expect(await session.getInitializeRequest()).toEqual(initialize());
      await storage.deleteAll();
    });
  });

  it("opens a connection with the chosen id for a POST, and keeps its stream and its unanswered ids", async () => {
    const slow = await openSlowSession();
    const sessionId = slow.sessionId.split(".")[0] ?? "";
    const { requests } = await askedFor("POST", sessionId, [
      { jsonrpc: "2.0", id: "a", method: "tools/call", params: { name: "a" } },
    ]);
    const [request] = requests.slice(-1);
    expect(request && isForPost(request)).toBe(true);
    expect(request?.method).toBe("GET");
    await runInDurableObject(env.MCP_SESSION.get(slow.object), async (session, { storage }) => {
      const connections = [...session.getConnections()];
      expect(connections.map(({ id }) => id)).toEqual(["chosen"]);
      expect(connections.map(streamOf)).toEqual(["chosen"]);
      expect(await storage.get(unansweredKey("chosen"))).toEqual(["a"]);
    });
  });

  it("leaves sockets alone that it has not made", async () => {
    const slow = await openSlowSession();
    const stream = await slow.listen();
    await runInDurableObject(env.MCP_SESSION.get(slow.object), (session, state) => {
      expect(state.getWebSockets()).toHaveLength(1);
      expect([...session.getConnections()]).toEqual([]);
    });
    await stream.drop();
  });
});
