import { createExecutionContext, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { CallToolRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { grantIdOf } from "../../src/engine/grants/grant-id";
import { browse, connect, MCP, request, SSE } from "./as-client.ts";
import { type EventOf, stored, theStored } from "./audited.ts";
import { gatehouseOf } from "./gatehouse.ts";
import { Session, statelessCall } from "./mcp-client.ts";
import { configOf } from "./server.ts";
import { only, ring } from "./session-storage.ts";
import { limitOfThree, untilWindowHasRoom, withLimits } from "./small-limits.ts";
import { openStream, send, whoami } from "./sse-client.ts";

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const of =
  (clientId: string) =>
  (event: { clientId?: string | undefined }): boolean =>
    event.clientId === clientId;

const outcomes = (calls: EventOf<"tool_call">[]) =>
  calls.map(({ tool, outcome }) => `${tool} ${outcome}`);

/** A client of one era that says yes when it is asked. */
async function open(mode: "legacy" | { pin: string }, scope?: string) {
  const tokens = await connect(scope === undefined ? {} : { change: { scope } });
  const client = new Client(
    { name: "audit-test", version: "1" },
    { versionNegotiation: { mode }, capabilities: { elicitation: { form: {} } } },
  );
  client.setRequestHandler("elicitation/create", () => ({
    action: "accept",
    content: { confirm: true },
  }));
  await client.connect(
    new StreamableHTTPClientTransport(new URL(MCP), {
      fetch: browse,
      requestInit: { headers: { authorization: `Bearer ${tokens.access_token}` } },
    }),
  );
  onTestFinished(() => client.close());
  const call = (name: string, args: Record<string, unknown> = {}) =>
    client.callTool({ name, arguments: args });
  return { client, call, tokens, clientId: tokens.clientId };
}

describe.each([
  ["2025-11-25", "legacy" as const],
  ["2026-07-28", { pin: "2026-07-28" }],
])("MCP %s", (_version, mode) => {
  it("has who called what, and how that went", async () => {
    const { call, tokens, clientId } = await open(mode, "op:add op:div");
    await call("calculator", { operation: "divide", a: 1, b: 4 });
    const event = await theStored("tool_call", of(clientId));
    expect(event).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{28}$/),
      atMs: expect.any(Number),
      kind: "tool_call",
      ...grantIdOf(tokens.access_token),
      clientId,
      ...(mode === "legacy" && { sessionId: expect.stringMatching(/^[\w-]{36,64}$/) }),
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      tool: "calculator",
      readOnly: true,
      outcome: "ok",
      milliseconds: expect.any(Number),
      argumentsHash: expect.stringMatching(/^[\w-]{22}$/),
      safeArguments: { operation: "divide" },
      scopes: ["op:add", "op:div"],
    });
    expect(Math.abs(event.atMs - Date.now())).toBeLessThan(20_000);
  });

  it("tells results that are errors from those that are none, and leaves no call out", async () => {
    const { call, clientId } = await open(mode);
    await call("calculator", { operation: "divide", a: 1, b: 0 });
    await call("calculator", { operation: "a secret that is no operation", a: 1, b: 1 });
    await call("save_note", { text: "what somebody noted" });
    await call("list_notes");
    await call("nothing like that").catch(() => undefined);
    const calls = await stored("tool_call", of(clientId), 4);
    expect(outcomes(calls).toSorted()).toEqual([
      "calculator error",
      "calculator error",
      "list_notes ok",
      "save_note ok",
    ]);
    // None of what was said: not as a tool, not as an argument.
    expect(JSON.stringify(calls)).not.toMatch(/secret|noted|nothing/);
  });

  it("has a failure that nobody foresaw", async () => {
    const { call, clientId } = await open(mode);
    await env.DB.exec("ALTER TABLE person_records RENAME TO elsewhere");
    await call("list_notes");
    await env.DB.exec("ALTER TABLE elsewhere RENAME TO person_records");
    expect(await theStored("tool_call", of(clientId))).toMatchObject({ outcome: "failed" });
  });

  it("has a call that asked the person", async () => {
    const { call, clientId } = await open(mode);
    await call("save_note", { text: "one" });
    await call("clear_notes");
    const count = mode === "legacy" ? 1 : 2;
    const calls = await stored(
      "tool_call",
      (event) => of(clientId)(event) && event.tool === "clear_notes",
      count,
    );
    expect(outcomes(calls)).toEqual(
      mode === "legacy" ? ["clear_notes ok"] : ["clear_notes asked", "clear_notes ok"],
    );
  });

  it("hashes equal arguments of a tool alike, and others otherwise", async () => {
    const { call, clientId } = await open(mode);
    await call("calculator", { operation: "add", a: 1, b: 2 });
    await call("calculator", { operation: "add", a: 1, b: 2 });
    await call("calculator", { operation: "add", a: 1, b: 3 });
    const hashes = (await stored("tool_call", of(clientId), 3)).map((call) => call.argumentsHash);
    expect(new Set(hashes).size).toBe(2);
  });

  it("has a call beyond the token's scopes as a step-up, with what is missing", async () => {
    const { call, clientId } = await open(mode, "op:add");
    await call("calculator", { operation: "divide", a: 1, b: 1 }).catch(() => undefined);
    const [stepUp] = await stored("step_up", of(clientId));
    expect(stepUp).toMatchObject({ missingScopes: ["op:div"], scopes: ["op:add"] });
  });
});

it("has a call that the client cancelled", async () => {
  const { client, call, clientId } = await open("legacy");
  const asked = Promise.withResolvers<void>();
  client.setRequestHandler("elicitation/create", () => {
    asked.resolve();
    return new Promise(() => undefined);
  });
  await call("save_note", { text: "kept" });
  const controller = new AbortController();
  const cancelled = client.callTool({ name: "clear_notes" }, { signal: controller.signal });
  cancelled.catch(() => undefined);
  await asked.promise;
  controller.abort();
  const isIt = ({ outcome }: EventOf<"tool_call">) => outcome === "cancelled";
  expect(await theStored("tool_call", (event) => of(clientId)(event) && isIt(event))).toMatchObject(
    { tool: "clear_notes" },
  );
});

it("has a call whose session's object was replaced before it answered", async () => {
  const { access_token, clientId } = await connect();
  const [session, object] = await only(() => Session.open(access_token));
  const stub = env.MCP_SESSION.get(object);
  await runInDurableObject(stub, ({ server }, state) => {
    server.setRequestHandler(CallToolRequestSchema, () => {
      state.abort("replaced");
      return new Promise(() => undefined);
    });
  });
  const headers = {
    authorization: `Bearer ${access_token}`,
    accept: "application/json, text/event-stream",
    "content-type": "application/json",
    "mcp-session-id": session.id,
  };
  const body = JSON.stringify({
    ...whoami,
    params: { name: "save_note", arguments: { text: "x" } },
  });
  expect((await request("/mcp", { method: "POST", headers, body })).status).toBe(500);
  const [sessionId] = session.id.split(".");
  expect(await theStored("tool_call", of(clientId))).toMatchObject({
    tool: "save_note",
    outcome: "failed",
    sessionId,
    argumentsHash: expect.stringMatching(/^[\w-]{22}$/),
  });
});

describe("sessions", () => {
  it("are there when they start, and when their client ends them", async () => {
    const tokens = await connect();
    const session = await Session.open(tokens.access_token);
    const [sessionId] = session.id.split(".");
    const ids = { ...grantIdOf(tokens.access_token), sessionId };
    const isOurs = of(tokens.clientId);
    expect(await theStored("session_started", isOurs)).toMatchObject({
      ...ids,
      transport: "streamable_http",
    });
    const headers = {
      authorization: `Bearer ${tokens.access_token}`,
      "mcp-session-id": session.id,
    };
    await request("/mcp", { method: "DELETE", headers });
    const { userId } = ids;
    expect(await theStored("session_ended", isOurs)).toMatchObject({
      userId,
      sessionId,
      by: "client",
    });
  });

  it("are there when nobody used them any more", async () => {
    const { access_token, clientId } = await connect();
    vi.useFakeTimers({ now: Date.now(), toFake: ["Date"] });
    const [, object] = await only(() => Session.open(access_token));
    vi.setSystemTime(Date.now() + 25.1 * 60_000);
    await ring(object);
    vi.useRealTimers();
    expect(await theStored("session_ended", of(clientId))).toMatchObject({ by: "idle" });
  });

  it("are there of /sse as well, without what a client would need to use them", async () => {
    const { access_token, clientId } = await connect({ change: { resource: SSE } });
    const stream = await openStream(access_token);
    const started = await theStored("session_started", of(clientId));
    expect(started).toMatchObject({ transport: "sse" });
    expect(started.sessionId).toMatch(/^[0-9a-f-]{36}$/);
    await send(access_token, stream.address, whoami);
    expect(await theStored("tool_call", of(clientId))).toMatchObject({
      sessionId: started.sessionId,
    });
    await stream.close();
  });

  it("are there when the grant ended", async () => {
    const { access_token, clientId } = await connect();
    const [, object] = await only(() => Session.open(access_token));
    await env.MCP_SESSION.get(object).closeForGrant();
    expect(await theStored("session_ended", of(clientId))).toMatchObject({ by: "revocation" });
  });
});

it("makes no call wait, even when D1 and the outbox never answer", async () => {
  const { access_token } = await connect();
  const never = { get: () => () => new Promise(() => undefined) };
  const bindings: Env = {
    ...env,
    DB: new Proxy(env.DB, {
      get: (target, property) =>
        property === "prepare"
          ? () => new Proxy(target.prepare("SELECT 1"), { get: () => () => new Proxy({}, never) })
          : Reflect.get(target, property),
    }),
    AUDIT_OUTBOX: new Proxy(env.AUDIT_OUTBOX, { get: () => () => new Proxy({}, never) }),
  };
  vi.spyOn(console, "warn").mockReturnValue();
  vi.spyOn(console, "error").mockReturnValue();
  const gatehouse = gatehouseOf(configOf(env));
  const init = statelessCall(access_token, {
    name: "calculator",
    arguments: { operation: "add", a: 1, b: 2 },
  });
  const startedAtMs = performance.now();
  for (let time = 0; time < 10; time++) {
    const response = await gatehouse(new Request(MCP, init), bindings, createExecutionContext());
    expect(await response.text()).toContain('"result":3');
  }
  expect(performance.now() - startedAtMs).toBeLessThan(2_500);
});

describe("a client's limit", () => {
  beforeEach(untilWindowHasRoom);

  it("that was hit is there, once", async () => {
    const { access_token, clientId } = await connect();
    const gatehouse = withLimits({ TOOL_CALLS_PER_CLIENT: limitOfThree });
    const body = JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method: "tools/call",
      params: { name: "whoami" },
    });
    const headers = { authorization: `Bearer ${access_token}` };
    for (let time = 0; time < 6; time++) {
      await gatehouse("/mcp", { method: "POST", headers, body });
    }
    expect(await theStored("limit_hit", of(clientId))).toMatchObject({
      limit: "TOOL_CALLS_PER_CLIENT",
      ...grantIdOf(access_token),
    });
  });
});
