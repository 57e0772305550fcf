import { describe, expect, it } from "vitest";
import { connect, request, SSE } from "./as-client.ts";
import { initialize } from "./mcp-client.ts";
import { bearer, openStream, send, whoami } from "./sse-client.ts";

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
