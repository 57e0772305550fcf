import { describe, expect, it } from "vitest";
import * as z from "zod";
import { connect, register, request } from "./as-client.ts";
import { initialize, listen, post, Session } from "./mcp-client.ts";
import { bearer } from "./sse-client.ts";

/** Calls that wait for an answer of the person, as they look on the wire. */

async function openAsking(token: string, elicitation: object = {}): Promise<Session> {
  const start = initialize();
  Object.assign(Object(start.params), { capabilities: { elicitation } });
  const { response } = await post(token, start);
  const session = new Session(response.headers.get("mcp-session-id") ?? "", token);
  await session.send({ jsonrpc: "2.0", method: "notifications/initialized" });
  await session.use("save_note", { text: "kept" });
  return session;
}

const headersOf = (session: Session) => ({
  ...bearer(session.token),
  accept: "application/json, text/event-stream",
  "content-type": "application/json",
  "mcp-session-id": session.id,
  "mcp-protocol-version": "2025-11-25",
});

/** What a stream says until something is in it, and then until its end. */
function reading(body: ReadableStream<Uint8Array> | null) {
  if (body === null) throw new Error("There is no stream");
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const untilHas = async (part: string) => {
    while (!text.includes(part)) {
      const { value, done } = await reader.read();
      if (done) throw new Error(`It ended before: ${text}`);
      text += value;
    }
    return text;
  };
  const untilEnd = async () => {
    for (let read = await reader.read(); !read.done; read = await reader.read()) text += read.value;
    return text;
  };
  return { untilHas, untilEnd };
}

const questionSchema = z.object({ id: z.union([z.string(), z.number()]), method: z.string() });

/** Calls a tool that asks; up to its question. */
async function askedBy(session: Session) {
  const body = JSON.stringify({
    jsonrpc: "2.0",
    id: "slow",
    method: "tools/call",
    params: { name: "clear_notes", arguments: {} },
  });
  const response = await request("/mcp", { method: "POST", headers: headersOf(session), body });
  const stream = reading(response.body);
  const text = await stream.untilHas("elicitation/create");
  const [, data = ""] = /^data: (.*elicitation\/create.*)$/m.exec(text) ?? [];
  const [, firstEvent = ""] = /^id: (.*)$/m.exec(text) ?? [];
  return { ...stream, question: questionSchema.parse(JSON.parse(data)), firstEvent };
}

const cancel = (session: Session) =>
  session.send({
    jsonrpc: "2.0",
    method: "notifications/cancelled",
    params: { requestId: "slow" },
  });

const resume = (session: Session, event: string) =>
  request("/mcp", { headers: { ...headersOf(session), "last-event-id": event } });

describe("a call that is cancelled while it asks", () => {
  it("ends its stream, and is not resumed", async () => {
    const session = await openAsking((await connect()).access_token);
    const { untilEnd, firstEvent } = await askedBy(session);
    await cancel(session);
    expect(await untilEnd()).not.toContain("result");
    expect((await resume(session, firstEvent)).status).toBe(204);
  });

  it("ends the stream of whoever has resumed it", async () => {
    const session = await openAsking((await connect()).access_token);
    const { firstEvent } = await askedBy(session);
    const resumed = reading((await resume(session, firstEvent)).body);
    await resumed.untilHas("elicitation/create");
    await cancel(session);
    expect(await resumed.untilEnd()).not.toContain("result");
  });
});

describe("an answer of the person", () => {
  it("counts only with a token that allows what the call does", async () => {
    const clientId = await register();
    const all = await connect({ clientId });
    const few = await connect({ clientId, scopes: ["account:read", "notes:read"] });
    const session = await openAsking(all.access_token);
    const { untilEnd, question } = await askedBy(session);
    session.token = few.access_token;
    const result = {
      action: "accept",
      content: { confirm: true },
      _meta: { "gatehouse/scopes": ["notes:write"] },
    };
    await session.send({ jsonrpc: "2.0", id: question.id, result });
    expect(await untilEnd()).toContain("which you have not given to this client");
    expect(JSON.stringify(await session.use("list_notes"))).toContain("kept");
  });

  it("is missed from a client that cannot ask after all, and the model is told", async () => {
    const session = await openAsking((await connect()).access_token);
    const { untilEnd, question } = await askedBy(session);
    const error = { code: -32_601, message: "Method not found" };
    await session.send({ jsonrpc: "2.0", id: question.id, error });
    expect(await untilEnd()).toContain("this client cannot ask you for it");
  });

  it("is not asked for in a form of a client that opens addresses only", async () => {
    const session = await openAsking((await connect()).access_token, { url: {} });
    const { result } = await session.call("clear_notes");
    expect(JSON.stringify(result)).toContain("this client cannot ask you for it");
  });
});

it("a stream of GET says something at once, and asks proxies not to wait for more", async () => {
  const session = await Session.open((await connect()).access_token);
  const { headers, body } = await request("/mcp", { headers: headersOf(session) });
  expect(headers.get("x-accel-buffering")).toBe("no");
  const reader = body?.getReader();
  expect(new TextDecoder().decode((await reader?.read())?.value)).toBe(": open\n\n");
  await reader?.cancel();
  await (await listen(session)).cancel();
});
