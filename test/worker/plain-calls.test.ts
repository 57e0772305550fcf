import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { classifyEra, plainCallIn } from "../../src/engine/mcp/stateless/fast-path";
import { plainAnswers } from "../../src/engine/mcp/stateless/fast-path-answers";
import { sdkLane } from "../../src/engine/mcp/stateless/handler";
import { servicesOf } from "../../src/engine/services";
import { createCatalogue } from "../../src/engine/tools/catalogue";
import { defineTool } from "../../src/engine/tools/define-tool";
import { defineToolset } from "../../src/engine/tools/define-toolset";
import { connect } from "./as-client.ts";
import { gatehouseOf } from "./gatehouse.ts";
import { statelessCall } from "./mcp-client.ts";
import { TEST_ORIGIN } from "./origin.ts";
import { configOf, server } from "./server.ts";

const requestSchema = z.looseObject({ params: z.looseObject({ _meta: z.looseObject({}) }) });
type Body = z.infer<typeof requestSchema>;

let token = "";
beforeAll(async () => {
  token = (await connect()).access_token;
});

type Change = { headers?: Record<string, string | undefined>; body?: (body: Body) => unknown };

/** A call of the calculator that is right, but for what is changed. */
function callWith({ headers = {}, body = (same) => same }: Change): Request {
  const init = statelessCall(token, {
    name: "calculator",
    arguments: { operation: "add", a: 1, b: 2 },
  });
  const all = new Headers(init.headers);
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) all.delete(name);
    else all.set(name, value);
  }
  const changed = body(requestSchema.parse(JSON.parse(String(init.body))));
  return new Request(`${TEST_ORIGIN}/mcp`, {
    method: "POST",
    headers: all,
    body: JSON.stringify(changed),
  });
}

const params = (change: Record<string, unknown>): Change => ({
  body: (body) => ({ ...body, params: { ...body.params, ...change } }),
});
const meta = (change: Record<string, unknown>): Change => ({
  body: (body) => ({
    ...body,
    params: { ...body.params, _meta: { ...body.params._meta, ...change } },
  }),
});
const other = (name: string, args?: unknown): Change => ({
  ...params({ name, arguments: args }),
  headers: { "mcp-name": name },
});
const headers = (change: Record<string, string | undefined>): Change => ({ headers: change });

const config = configOf(env);
const ours = gatehouseOf(config);
const theSdks = gatehouseOf(config, { stateless: sdkLane });

async function answerOf(gatehouse: typeof ours, request: Request) {
  const response = await gatehouse(request, env, createExecutionContext());
  const text = await response.text();
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: text.startsWith("{") ? JSON.parse(text) : text,
  };
}

async function isPlain(request: Request): Promise<boolean> {
  const outcome = classifyEra(request, await request.clone().json());
  return plainCallIn(request, outcome) !== undefined;
}

describe("a call that needs nothing but its answer is answered as by the SDK", () => {
  it.each<[string, Change]>([
    ["with a result", {}],
    ["with an error of the tool", params({ arguments: { operation: "divide", a: 1, b: 0 } })],
    ["with wrong arguments", params({ arguments: { operation: "add", a: "1" } })],
    ["without arguments", other("whoami")],
    ["of a tool that is not there", other("nothing")],
    ["of a tool that only administrators see", other("usage_report")],
    ["whose id is a text", { body: (body) => ({ ...body, id: "one" }) }],
    ["whose id is 0", { body: (body) => ({ ...body, id: 0 }) }],
    ["that says its charset", headers({ "content-type": "application/json; charset=utf-8" })],
    ["of a client without a name", meta({ "io.modelcontextprotocol/clientInfo": undefined })],
  ])("%s", async (_what, change) => {
    expect(await isPlain(callWith(change))).toBe(true);
    const answer = await answerOf(ours, callWith(change));
    expect(answer).toEqual(await answerOf(theSdks, callWith(change)));
  });
});

describe("everything else is left to the SDK", () => {
  it.each<[string, Change]>([
    ["no name in the header", headers({ "mcp-name": undefined })],
    ["another name in the header", headers({ "mcp-name": "whoami" })],
    ["a name in Base64", headers({ "mcp-name": `=?base64?${btoa("calculator")}?=` })],
    ["no method in the header", headers({ "mcp-method": undefined })],
    ["another method in the header", headers({ "mcp-method": "tools/list" })],
    ["no version in the header", headers({ "mcp-protocol-version": undefined })],
    ["another version in the header", headers({ "mcp-protocol-version": "2025-11-25" })],
    [
      "another version in both",
      {
        ...meta({ "io.modelcontextprotocol/protocolVersion": "2099-01-01" }),
        headers: { "mcp-protocol-version": "2099-01-01" },
      },
    ],
    ["another content type", headers({ "content-type": "text/plain" })],
    ["no content type", headers({ "content-type": undefined })],
    ["a progress token", meta({ progressToken: 7 })],
    ["a level of logs", meta({ "io.modelcontextprotocol/logLevel": "debug" })],
    ["a level of logs that is none", meta({ "io.modelcontextprotocol/logLevel": "loud" })],
    ["a trace", meta({ traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" })],
    ["no capabilities", meta({ "io.modelcontextprotocol/clientCapabilities": undefined })],
    ["capabilities that are none", meta({ "io.modelcontextprotocol/clientCapabilities": [] })],
    ["a client without a version", meta({ "io.modelcontextprotocol/clientInfo": { name: "x" } })],
    ["a task", params({ task: { ttl: 1 } })],
    ["a state that nobody signed", params({ requestState: "forged" })],
    ["answers to no question", params({ inputResponses: {} })],
    ["a list of arguments", params({ arguments: [1, 2] })],
    ["null for arguments", params({ arguments: null })],
    ["a name that is a number", params({ name: 7 })],
    ["no id", { body: ({ id: _, ...body }) => body }],
    ["null for an id", { body: (body) => ({ ...body, id: null }) }],
    ["a batch", { body: (body) => [body] }],
    ["another method", { body: (body) => ({ ...body, method: "tools/list" }) }],
    ["another JSON-RPC", { body: (body) => ({ ...body, jsonrpc: "1.0" }) }],
  ])("%s", async (_what, change) => {
    expect(await isPlain(callWith(change))).toBe(false);
    const answer = await answerOf(ours, callWith(change));
    expect(answer).toEqual(await answerOf(theSdks, callWith(change)));
  });

  it("a tool that asks the person something", async () => {
    await answerOf(ours, callWith(other("save_note", { text: "One to ask about" })));
    const ask = other("clear_notes", {});
    expect(await isPlain(callWith(ask))).toBe(true);
    const mine = await answerOf(ours, callWith(ask));
    const theirs = await answerOf(theSdks, callWith(ask));
    expect(mine.body.result.requestState).toEqual(expect.any(String));
    mine.body.result.requestState = theirs.body.result.requestState;
    expect(mine).toEqual(theirs);
  });
});

it("a client that goes away cancels the work of its call", async () => {
  const started = Promise.withResolvers<void>();
  const slow = defineTool({
    name: "calculator",
    title: "Slow",
    description: "Waits until it is cancelled.",
    scopes: [],
    input: z.looseObject({}),
    output: z.object({}),
    annotations: {
      readOnlyHint: true,
      destructiveHint: false,
      idempotentHint: true,
      openWorldHint: false,
    },
    async run(_args, { signal }) {
      started.resolve();
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      throw signal.reason;
    },
  });
  const toolset = defineToolset({ name: "slow", scopes: [], tools: [slow] });
  const services = {
    ...servicesOf(server, config),
    catalogue: createCatalogue([toolset], new Map()),
  };
  const controller = new AbortController();
  const request = new Request(callWith({}), { signal: controller.signal });
  const outcome = classifyEra(request, await request.clone().json());
  const principal = {
    userId: "someone",
    identity: { issuer: "https://idp.example", subject: "1" },
    clientId: "client",
    clientName: "A client",
    scopes: [],
    resource: `${TEST_ORIGIN}/mcp`,
    expiresAtSeconds: Date.now() / 1_000 + 60,
  };
  const answer = plainAnswers(services, env)(request, { principal }, outcome);
  await started.promise;
  controller.abort();
  expect((await answer)?.status).toBe(499);
});
