import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { CallToolRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { describe, expect, it } from "vitest";
import { connect, request } from "./as-client.ts";
import { Session } from "./mcp-client.ts";
import { only, stored } from "./session-storage.ts";

type Event = { id: string; data: string };

/** A session whose tools wait until the test lets them answer. */
async function openSession(protocolVersion = "2025-11-25") {
  const { access_token } = await connect();
  const [session, object] = await only(() => Session.open(access_token));
  let answer = () => {};
  const inObject = (work: Parameters<typeof runInDurableObject>[1]) => runInDurableObject(env.MCP_SESSION.get(object), work);
  await runInDurableObject(env.MCP_SESSION.get(object), ({ server }) => {
    server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
      const progressToken = params._meta?.progressToken;
      if (progressToken !== undefined) await extra.sendNotification({
        method: "notifications/progress",
        params: { progressToken, progress: 1 },
      });
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return { content: [{ type: "text", text: "the answer" }] };
    });
  });
  const headers = {
    authorization: `Bearer ${access_token}`,
    accept: "application/json, text/event-stream",
    "content-type": "application/json",
    "mcp-session-id": session.id,
    "mcp-protocol-version": protocolVersion,
  };
  return {
    object,
    letAnswer: () => runInDurableObject(env.MCP_SESSION.get(object), async () => { answer(); await scheduler.wait(20); }),
    call: async (id: number) => stream(await request("/mcp", { method: "POST", headers, body: JSON.stringify({ jsonrpc: "2.0", id, method: "tools/call", params: { name: "whoami", _meta: { progressToken: id } } }) })),
    listen: async (lastEventId?: string) => stream(await request("/mcp", { headers: { ...headers, ...(lastEventId !== undefined && { "last-event-id": lastEventId }) } })),
  };
}

function stream(response: Response) {
  if (response.status !== 200 || response.body === null) throw new Error(`No stream: ${response.status}`);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let buffered = "";
  async function next(): Promise<Event | undefined> {
    for (;;) {
      const end = buffered.indexOf("\n\n");
      if (end >= 0) {
        const event = buffered.slice(0, end);
        buffered = buffered.slice(end + 2);
        return { id: /^id: (.*)$/m.exec(event)?.[1] ?? "", data: /^data: (.*)$/m.exec(event)?.[1] ?? "" };
      }
      const { value, done } = await reader.read();
      if (done) return undefined;
      buffered += value;
    }
  }
  return { next, drop: () => reader.cancel() };
}

describe("probe", () => {
  it("sees the drop", async () => {
    const s = await openSession();
    const post = await s.call(1);
    console.log("first", await post.next());
    await runInDurableObject(env.MCP_SESSION.get(s.object), (i) => console.log("open", [...i.getConnections()].map((c) => c.state)));
    await post.drop();
    await scheduler.wait(300);
    await runInDurableObject(env.MCP_SESSION.get(s.object), (i) => console.log("after drop", [...i.getConnections()].map((c) => c.state)));
    await s.letAnswer();
    console.log(await stored(s.object));
  });
});
