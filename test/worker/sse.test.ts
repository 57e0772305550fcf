import { describe, expect, it } from "vitest";
import { connect, request, SSE } from "./as-client.ts";
import { initialize } from "./mcp-client.ts";

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** A stream of GET /sse: what it said first, and what it says next. */
async function openStream(token: string, search = "") {
  const response = await request(`/sse${search}`, {
    headers: { ...bearer(token), accept: "text/event-stream" },
  });
  expect(response.status).toBe(200);
  if (response.body === null) throw new Error("The answer has no stream");
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let buffered = "";
  async function next(): Promise<string> {
    for (;;) {
      const end = buffered.indexOf("\n\n");
      if (end >= 0) {
        const event = buffered.slice(0, end);
        buffered = buffered.slice(end + 2);
        return /^data: (.*)$/m.exec(event)?.[1] ?? "";
      }
      const { value, done } = await reader.read();
      if (done) throw new Error("The stream has ended");
      buffered += value;
    }
  }
  return { address: await next(), next, close: () => reader.cancel() };
}

function send(token: string, address: string, message: unknown): Promise<Response> {
  return request(address, {
    method: "POST",
    headers: { ...bearer(token), "content-type": "application/json" },
    body: JSON.stringify(message),
  });
}

const whoami = {
  jsonrpc: "2.0",
  id: 2,
  method: "tools/call",
  params: { name: "whoami", arguments: {} },
};
const forSse = { change: { resource: SSE } };

describe("/sse", () => {
  it("answers messages on the stream, as the person of the token", async () => {
    const { access_token } = await connect({ person: "bob", ...forSse });
    const stream = await openStream(access_token);
    expect(stream.address).toMatch(/^\/sse\/message\?sessionId=[\w.-]+$/);
    expect((await send(access_token, stream.address, initialize())).status).toBe(202);
    expect(JSON.parse(await stream.next())).toMatchObject({
      id: "init",
      result: { serverInfo: {} },
    });
    await send(access_token, stream.address, whoami);
    expect(JSON.parse(await stream.next())).toMatchObject({
      result: { structuredContent: { name: "Bob Example" } },
    });
    await stream.close();
  });

  it("does not take a session id that a client chose", async () => {
    const { access_token } = await connect(forSse);
    const stream = await openStream(access_token, "?sessionId=chosen");
    expect(stream.address).not.toContain("chosen");
    expect((await send(access_token, "/sse/message?sessionId=chosen", initialize())).status).toBe(
      404,
    );
    expect((await send(access_token, "/sse/message", initialize())).status).toBe(404);
    await stream.close();
  });

  it("is not there for another person", async () => {
    const alice = await connect({ person: "alice", ...forSse });
    const bob = await connect({ person: "bob", ...forSse });
    const stream = await openStream(alice.access_token);
    expect((await send(bob.access_token, stream.address, whoami)).status).toBe(404);
    await stream.close();
  });

  it("answers a call beyond the token's scopes with 403 for its own resource", async () => {
    const { access_token } = await connect({ ...forSse, scopes: ["op:add"] });
    const stream = await openStream(access_token);
    const response = await send(access_token, stream.address, whoami);
    expect(response.status).toBe(403);
    expect(response.headers.get("www-authenticate")).toContain("oauth-protected-resource/sse");
    await stream.close();
  });

  it("has one method on each path", async () => {
    const { access_token } = await connect(forSse);
    const post = await send(access_token, "/sse", initialize());
    expect([post.status, post.headers.get("allow")]).toEqual([405, "GET, OPTIONS"]);
    const get = await request("/sse/message", { headers: bearer(access_token) });
    expect([get.status, get.headers.get("allow")]).toEqual([405, "POST, OPTIONS"]);
  });
});
