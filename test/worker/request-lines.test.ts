import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import * as z from "zod";
import worker from "../fixture";
import { connect, register, request, SSE } from "./as-client.ts";
import { gatehouseOf } from "./gatehouse.ts";
import { initialize, listen, post, Session, statelessCall } from "./mcp-client.ts";
import { TEST_ORIGIN } from "./origin.ts";
import { configOf } from "./server.ts";
import { openStream, send, whoami } from "./sse-client.ts";

/** What is logged as a line of a request, or of a call, while something is done. */
async function linesOf(work: () => unknown): Promise<unknown[]> {
  const log = vi.spyOn(console, "log").mockReturnValue();
  try {
    await work();
    return log.mock.calls.flat();
  } finally {
    log.mockRestore();
  }
}

const sum = { operation: "add", a: 5, b: 8 };
const line = (fields: Record<string, unknown>) => ({
  event: "request",
  requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
  milliseconds: expect.any(Number),
  client: "other",
  ...fields,
});

describe("a request has one line", () => {
  it.each([
    ["GET", "/", 200, "/"],
    ["HEAD", "/health", 200, "/health"],
    ["GET", "/llms.txt?a=secret", 200, "/llms.txt"],
    ["GET", "/nothing/secret", 404, "other"],
    [
      "GET",
      "/.well-known/oauth-authorization-server",
      200,
      "/.well-known/oauth-authorization-server",
    ],
    ["GET", "/.well-known/oauth-protected-resource", 200, "/.well-known/oauth-protected-resource"],
    [
      "GET",
      "/.well-known/oauth-protected-resource/mcp",
      200,
      "/.well-known/oauth-protected-resource/*",
    ],
    ["POST", "/oauth/token", 400, "/oauth/token"],
    ["POST", "/oauth/register", 400, "/oauth/register"],
    ["GET", "/authorize?client_id=secret", 400, "/authorize"],
    ["GET", "/callback?code=secret", 400, "/callback"],
    ["POST", "/mcp", 401, "/mcp"],
    ["GET", "/sse", 401, "/sse"],
    ["OPTIONS", "/sse/message", 204, "/sse/message"],
  ])("%s %s", async (method, path, status, route) => {
    expect(await linesOf(() => request(path, { method }))).toEqual([
      line({ method, status, route }),
    ]);
  });

  it("also where it goes wrong", async () => {
    const error = vi.spyOn(console, "error").mockReturnValue();
    const headers = { "cf-ray": "8f1c2d3e4a5b6c7d-LIS" };
    const call = (variables: Record<string, string>) => () =>
      worker.fetch(
        new Request("https://broken.test/", { headers }),
        { ...env, ...variables },
        createExecutionContext(),
      );
    const requestId = "8f1c2d3e4a5b6c7d-LIS";
    expect(await linesOf(call({ SESSION_SECRET: "" }))).toEqual([
      line({ requestId, method: "GET", route: "/", status: 500 }),
    ]);
    expect(error.mock.calls).toEqual([[{ event: "config_error", problems: expect.any(Array) }]]);
    error.mockRestore();
  });

  it("also under a name that is no host's", async () => {
    const url = "https://a'b.example/mcp";
    const call = () => worker.fetch(new Request(url), env, createExecutionContext());
    expect(await linesOf(call)).toEqual([line({ method: "GET", route: "/mcp", status: 421 })]);
  });

  it("of what its client may be", async () => {
    const headers = { "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Chrome/138" };
    expect(await linesOf(() => request("/", { headers }))).toEqual([
      line({ method: "GET", route: "/", status: 200, client: "browser" }),
    ]);
  });
});

describe("a request with a token has one line that tells", () => {
  const called = { method: "POST", route: "/mcp", userId: expect.any(String), clientId: "" };
  const stateless = { ...called, status: 200, era: "stateless", rpcMethod: "tools/call" };
  const toolMilliseconds = expect.any(Number);

  it.each([
    ["calculator", sum, { outcome: "ok", toolMilliseconds }],
    [
      "calculator",
      { ...sum, operation: "divide", b: 0 },
      { outcome: "error", code: "tool_error", toolMilliseconds },
    ],
    ["clear_notes", {}, { outcome: "asked", toolMilliseconds }],
  ])("what came of the call of %s with %j", async (name, args, outcome) => {
    const { access_token, clientId } = await connect();
    await useNote(access_token);
    const call = statelessCall(access_token, { name, arguments: args });
    expect(await linesOf(() => request("/mcp", call))).toEqual([
      line({ ...stateless, clientId, tool: name, ...outcome }),
    ]);
  });

  it("that the tool is not there, without its name", async () => {
    const { access_token, clientId } = await connect();
    const call = statelessCall(access_token, { name: "secret", arguments: {} });
    expect(await linesOf(() => request("/mcp", call))).toEqual([
      line({ ...stateless, clientId, tool: "unknown" }),
    ]);
  });

  it("which tool is beyond the scopes", async () => {
    const { access_token, clientId } = await connect({ scopes: ["account:read"] });
    const call = statelessCall(access_token, { name: "save_note", arguments: { text: "x" } });
    expect(await linesOf(() => request("/mcp", call))).toEqual([
      line({ ...stateless, clientId, status: 403, tool: "save_note" }),
    ]);
  });

  it("what kind of client sent it, by the name that it has registered", async () => {
    const clientId = await register({ client_name: "Cursor" });
    const { access_token } = await connect({ clientId });
    const [told] = await linesOf(() => post(access_token, initialize()));
    expect(told).toMatchObject({ client: "cursor", rpcMethod: "initialize", era: "session" });
  });
});

describe("in a session", () => {
  it("every request has its line, with what came of a call that is answered at once", async () => {
    const { access_token, clientId } = await connect();
    const session = await Session.open(access_token);
    const inSession = line({
      ...{ route: "/mcp", era: "session", userId: expect.any(String), clientId },
    });
    const lines = await linesOf(async () => {
      await session.toolNames();
      await session.call("calculator", sum);
      await (await listen(session)).cancel();
      await request("/mcp", {
        method: "DELETE",
        headers: { authorization: `Bearer ${access_token}`, "mcp-session-id": session.id },
      });
    });
    expect(lines.filter((one) => isRequest(one))).toEqual([
      { ...inSession, method: "POST", status: 200, rpcMethod: "tools/list" },
      {
        ...inSession,
        ...{ method: "POST", status: 200, rpcMethod: "tools/call", tool: "calculator" },
        ...{ outcome: "ok", toolMilliseconds: expect.any(Number) },
      },
      { ...inSession, method: "GET", status: 200, stream: true },
      { ...inSession, method: "DELETE", status: 204 },
    ]);
    expect(lines.filter((one) => !isRequest(one))).toEqual([]);
  });

  it("of server-sent events too, and a call that is answered in the stream another", async () => {
    const { access_token } = await connect({ change: { resource: SSE } });
    const lines = await linesOf(async () => {
      const stream = await openStream(access_token);
      await send(access_token, stream.address, initialize());
      await stream.next();
      await send(access_token, stream.address, whoami);
      await stream.next();
      await stream.close();
    });
    const requests = lines.filter((one) => isRequest(one));
    expect(requests).toMatchObject([
      { route: "/sse", method: "GET", status: 200, era: "session", stream: true },
      { route: "/sse/message", method: "POST", status: 202, rpcMethod: "initialize" },
      { route: "/sse/message", method: "POST", status: 202, tool: "whoami" },
    ]);
    // The message was taken with 202 before the tool ran.
    const { requestId } = lineSchema.parse(requests.at(-1));
    expect(lines.filter((one) => !isRequest(one))).toEqual([
      {
        ...{ event: "tool_call", requestId, era: "session", client: "other" },
        ...{ tool: "whoami", outcome: "ok", toolMilliseconds: expect.any(Number) },
      },
    ]);
  });
});

const lineSchema = z.object({ event: z.string(), requestId: z.string() });
const isRequest = (logged: unknown) => lineSchema.parse(logged).event === "request";

/** Leaves something that `clear_notes` asks about. */
async function useNote(token: string): Promise<void> {
  const call = { name: "save_note", arguments: { text: "A note" } };
  expect((await request("/mcp", statelessCall(token, call))).status).toBe(200);
}

it("a call is one data point, where there is a dataset", async () => {
  const { access_token, clientId } = await connect();
  const points: unknown[] = [];
  const metrics = { METRICS: { writeDataPoint: (point: unknown) => points.push(point) } };
  const call = statelessCall(access_token, { name: "calculator", arguments: sum });
  await gatehouseOf(configOf(env))(
    new Request(`${TEST_ORIGIN}/mcp`, call),
    { ...env, ...metrics },
    createExecutionContext(),
  );
  expect(points).toEqual([
    {
      indexes: ["calculator"],
      blobs: ["calculator", "ok", "stateless", "other", clientId, "read", ""],
      doubles: [expect.any(Number)],
    },
  ]);
});
