import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { connect, request } from "./as-client.ts";
import { listen, post, Session, statuses } from "./mcp-client.ts";
import { NOTHING, objectsMadeBy, only, stored } from "./session-storage.ts";
import { openSlowSession } from "./slow-session.ts";

function end(token: string, sessionId: string): Promise<Response> {
  const headers = { authorization: `Bearer ${token}`, "mcp-session-id": sessionId };
  return request("/mcp", { method: "DELETE", headers });
}

describe("DELETE", () => {
  it("deletes all storage at once", async () => {
    const { access_token: token } = await connect();
    const [session, object] = await only(() => Session.open(token));
    const stream = await listen(session);
    expect((await end(token, session.id)).status).toBe(204);
    expect(await stored(object)).toEqual(NOTHING);
    expect(await new Response(stream).text()).toBe(": open\n\n");
    for (const again of ["in the same object", "in a new one"]) {
      expect(await statuses(token, session.id), again).toEqual([404, 404, 404]);
      expect(await stored(object), again).toEqual(NOTHING);
      await evictDurableObject(env.MCP_SESSION.get(object));
    }
  });

  it("ends the calls that still run, and stores nothing when they answer after all", async () => {
    const session = await openSlowSession();
    const [dropped, open] = [await session.call("a"), await session.call("b")];
    await dropped.next();
    await dropped.drop();
    expect((await end(session.token, session.sessionId)).status).toBe(204);
    expect(session.aborted.toSorted()).toEqual(["a", "b"]);
    await session.answer();
    expect(await stored(session.object)).toEqual(NOTHING);
    let data = "";
    for (let event = await open.next(); event; event = await open.next()) data += event.data;
    expect(data).not.toContain("answer of");
  });

  it("leaves other sessions of the same client alone", async () => {
    const { access_token: token } = await connect();
    const [ended, other] = [await Session.open(token), await Session.open(token)];
    await end(token, ended.id);
    expect(await other.use("whoami")).toMatchObject({ name: "Alice Example" });
  });
});

describe("a message that starts no session", () => {
  it("makes no storage", async () => {
    const { access_token: token } = await connect();
    const [, made] = await objectsMadeBy(async () => {
      await post(token, { jsonrpc: "2.0", id: 1, method: "tools/list" });
      await statuses(token, "a".repeat(64));
    });
    expect(made).toEqual([]);
  });
});
