import { beforeEach, expect, it, vi } from "vitest";
import { connect, SSE, type Tokens } from "./as-client.ts";
import { initialize } from "./mcp-client.ts";
import {
  brokenLimiter,
  LIMIT,
  type LimitedGatehouse,
  limitOfThree,
  untilWindowHasRoom,
  withLimits,
} from "./small-limits.ts";

type Client = Tokens & { clientId: string };

let alice: Client;
beforeEach(async () => {
  // A client of its own each time, so that no test finds another's count.
  alice = await connect({ person: "alice" });
  await untilWindowHasRoom();
});

/** A limiter that lets nothing through. */
function exhausted() {
  return { limit: vi.fn(() => Promise.resolve({ success: false })) };
}

/** A call that needs no session to be counted: without one it is answered 400, after the limit. */
const CALL = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "whoami" } };
const LET_THROUGH = 400;

function send(gatehouse: LimitedGatehouse, client: Tokens, message: unknown): Promise<Response> {
  return gatehouse("/mcp", {
    method: "POST",
    headers: {
      authorization: `Bearer ${client.access_token}`,
      accept: "application/json, text/event-stream",
      "content-type": "application/json",
    },
    body: JSON.stringify(message),
  });
}

async function statuses(
  gatehouse: LimitedGatehouse,
  client: Tokens,
  messages: readonly unknown[],
): Promise<number[]> {
  const seen: number[] = [];
  for (const message of messages) {
    const response = await send(gatehouse, client, message);
    await response.body?.cancel();
    seen.push(response.status);
  }
  return seen;
}

const upToLimit = Array<unknown>(LIMIT).fill(CALL);
const allThrough = Array<number>(LIMIT).fill(LET_THROUGH);

it("answers 429 to a client that calls too often, and not to the person's other clients", async () => {
  const gatehouse = withLimits({ TOOL_CALLS_PER_CLIENT: limitOfThree });
  expect(await statuses(gatehouse, alice, upToLimit)).toEqual(allThrough);
  const refused = await send(gatehouse, alice, CALL);
  expect(refused.status).toBe(429);
  expect(refused.headers.get("retry-after")).toBe("60");
  expect(await refused.json()).toEqual({
    jsonrpc: "2.0",
    id: null,
    error: { code: -32_000, message: "Too many tool calls: wait 60 seconds" },
  });

  const other = await connect({ person: "alice" });
  expect(await statuses(gatehouse, other, upToLimit)).toEqual(allThrough);
});

it("answers 429 to a person who calls too often by many clients, and to nobody else", async () => {
  const gatehouse = withLimits({ TOOL_CALLS_PER_PERSON: limitOfThree });
  const second = await connect({ person: "bob" });
  const first = await connect({ person: "bob", clientId: alice.clientId });
  expect(await statuses(gatehouse, first, [CALL, CALL])).toEqual([LET_THROUGH, LET_THROUGH]);
  expect(await statuses(gatehouse, second, [CALL, CALL])).toEqual([LET_THROUGH, 429]);
  expect(await statuses(gatehouse, alice, [CALL])).toEqual([LET_THROUGH]);
});

it("does not let a client's refused calls use up what its person may call", async () => {
  const counted = vi.fn(() => Promise.resolve({ success: true }));
  const gatehouse = withLimits({
    TOOL_CALLS_PER_CLIENT: limitOfThree,
    TOOL_CALLS_PER_PERSON: { limit: counted },
  });
  await statuses(gatehouse, alice, [...upToLimit, CALL, CALL, CALL]);
  // Both limits are asked at once until the client's has refused a call.
  expect(counted).toHaveBeenCalledTimes(LIMIT + 1);
});

it("asks both limits at once, and for a client that was refused lately its own first", async () => {
  const answers: ((within: boolean) => void)[] = [];
  const client = vi.fn(
    () =>
      new Promise<RateLimitOutcome>((resolve) => {
        answers.push((success) => resolve({ success }));
      }),
  );
  const person = vi.fn(() => Promise.resolve({ success: true }));
  const gatehouse = withLimits({
    TOOL_CALLS_PER_CLIENT: { limit: client },
    TOOL_CALLS_PER_PERSON: { limit: person },
  });
  const asked = async (times: number) => vi.waitUntil(() => client.mock.calls.length === times);

  const refused = send(gatehouse, alice, CALL);
  await asked(1);
  expect(person).toHaveBeenCalledTimes(1);
  answers[0]?.(false);
  expect((await refused).status).toBe(429);

  const next = send(gatehouse, alice, CALL);
  await asked(2);
  expect(person).toHaveBeenCalledTimes(1);
  answers[1]?.(true);
  expect((await next).status).toBe(LET_THROUGH);
  expect(person).toHaveBeenCalledTimes(2);
});

it("counts each call of a batch, however it is written, and nothing else", async () => {
  const gatehouse = withLimits({ TOOL_CALLS_PER_CLIENT: limitOfThree });
  const others = [initialize(), { jsonrpc: "2.0", id: 1, method: "tools/list" }];
  const before = await statuses(gatehouse, alice, [...others, ...others]);
  expect(before).not.toContain(429);
  const batch = [CALL, { method: "tools/call", params: 1 }, ...others];
  expect((await send(gatehouse, alice, batch)).status).not.toBe(429);
  expect((await send(gatehouse, alice, [CALL, CALL])).status).toBe(429);
});

it("asks the limiter no more often than needed for a large batch", async () => {
  const limiter = exhausted();
  const gatehouse = withLimits({ TOOL_CALLS_PER_CLIENT: limiter });
  expect((await send(gatehouse, alice, Array(50).fill(CALL))).status).toBe(429);
  expect(limiter.limit).toHaveBeenCalledTimes(1);
});

it("limits every request of a person, and new sessions by themselves", async () => {
  const list = { jsonrpc: "2.0", id: 1, method: "tools/list" };
  const all = withLimits({ REQUESTS_PER_PERSON: exhausted() });
  expect(await statuses(all, alice, [list, initialize()])).toEqual([429, 429]);
  const starts = withLimits({ SESSIONS_PER_PERSON: exhausted() });
  expect(await statuses(starts, alice, [list, initialize()])).toEqual([LET_THROUGH, 429]);
  const { access_token } = await connect({ person: "alice", change: { resource: SSE } });
  const headers = { authorization: `Bearer ${access_token}` };
  expect((await starts("/sse", { headers })).status).toBe(429);
});

it("holds at /sse/message, too", async () => {
  const gatehouse = withLimits({ TOOL_CALLS_PER_CLIENT: exhausted() });
  const { access_token } = await connect({ person: "alice", change: { resource: SSE } });
  const headers = { authorization: `Bearer ${access_token}` };
  const stream = await gatehouse("/sse", { headers });
  const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
  const address = /^data: (.*)$/m.exec((await reader?.read())?.value ?? "")?.[1] ?? "";
  const called = await gatehouse(address, { method: "POST", headers, body: JSON.stringify(CALL) });
  expect(called.status).toBe(429);
  await reader?.cancel();
});

it("does not count a call without a good token, or from a foreign page", async () => {
  const limiter = exhausted();
  const gatehouse = withLimits({ TOOL_CALLS_PER_CLIENT: limiter });
  const call = (headers: Record<string, string>) =>
    gatehouse("/mcp", { method: "POST", headers, body: JSON.stringify(CALL) });
  expect((await call({ authorization: "Bearer a:b:c" })).status).toBe(401);
  const authorization = `Bearer ${alice.access_token}`;
  expect((await call({ authorization, origin: "https://evil.example" })).status).toBe(403);
  expect(limiter.limit).not.toHaveBeenCalled();
});

it.each([
  ["was removed", undefined],
  ["is down", brokenLimiter],
])("lets every call through where a limiter %s", async (_, limiter) => {
  const gatehouse = withLimits({
    TOOL_CALLS_PER_CLIENT: limiter,
    TOOL_CALLS_PER_PERSON: limiter,
  });
  const log = vi.spyOn(console, "error").mockReturnValue();
  const seen = await statuses(gatehouse, alice, [...upToLimit, CALL]);
  expect(seen).toEqual([...allThrough, LET_THROUGH]);
  expect(log.mock.calls.length > 0).toBe(limiter !== undefined);
  log.mockRestore();
});
