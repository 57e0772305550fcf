import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { CallToolRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { connect, request } from "./as-client.ts";
import { Session } from "./mcp-client.ts";
import { only } from "./session-storage.ts";

export type Event = { id: string; data: string };

/** A stream as its client reads it. */
export type Stream = {
  /** The next event; undefined at the stream's end. Comments are passed over. */
  next(): Promise<Event | undefined>;
  drop(): Promise<void>;
};

/** A session whose tools report progress once, and wait until the test lets them answer. */
export async function openSlowSession(protocolVersion = "2025-11-25") {
  const { access_token } = await connect();
  const [{ id: sessionId }, object] = await only(() => Session.open(access_token));
  const stub = env.MCP_SESSION.get(object);
  const answers: (() => void)[] = [];
  const aborted: string[] = [];
  await runInDurableObject(stub, ({ server }) => {
    server.setRequestHandler(
      CallToolRequestSchema,
      async ({ params }, { sendNotification, signal }) => {
        signal.addEventListener("abort", () => aborted.push(params.name));
        await sendNotification({
          method: "notifications/progress",
          params: { progressToken: params.name, progress: 1 },
        });
        await new Promise<void>((resolve) => answers.push(resolve));
        return { content: [{ type: "text", text: `answer of ${params.name}` }] };
      },
    );
  });
  const headers = {
    authorization: `Bearer ${access_token}`,
    accept: "application/json, text/event-stream",
    "content-type": "application/json",
    "mcp-session-id": sessionId,
    "mcp-protocol-version": protocolVersion,
  };
  return {
    object,
    sessionId,
    token: access_token,
    /** The tools that were told to stop. */
    aborted,
    async call(name: string): Promise<Stream> {
      const message = { jsonrpc: "2.0", id: name, method: "tools/call", params: { name } };
      const body = JSON.stringify(message);
      return streamOf(await request("/mcp", { method: "POST", headers, body }));
    },
    /** Several calls in one POST. */
    async batch(names: readonly string[]): Promise<Stream> {
      const messages = names.map((name) => ({
        ...{ jsonrpc: "2.0", id: name, method: "tools/call", params: { name } },
      }));
      const body = JSON.stringify(messages);
      return streamOf(await request("/mcp", { method: "POST", headers, body }));
    },
    async ping(): Promise<void> {
      const body = JSON.stringify({ jsonrpc: "2.0", id: "ping", method: "ping" });
      await (await request("/mcp", { method: "POST", headers, body })).text();
    },
    async listen(lastEventId?: string): Promise<Stream> {
      const resuming = lastEventId === undefined ? {} : { "last-event-id": lastEventId };
      return streamOf(await request("/mcp", { headers: { ...headers, ...resuming } }));
    },
    /** Lets every tool that waits answer. */
    async answer(): Promise<void> {
      await runInDurableObject(stub, async () => {
        for (const resolve of answers.splice(0)) resolve();
        await scheduler.wait(10);
      });
    },
    /** What the server says of its own accord. */
    async say(text: string): Promise<void> {
      await runInDurableObject(stub, async ({ server }) => {
        const params = { level: "info", data: text };
        await server.transport?.send({ jsonrpc: "2.0", method: "notifications/message", params });
      });
    },
  };
}

function streamOf(response: Response): Stream {
  if (response.status !== 200 || response.body === null) {
    throw new Error(`No stream: ${response.status}`);
  }
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let buffered = "";
  return {
    async next() {
      for (;;) {
        const [event, ...rest] = buffered.split("\n\n");
        if (event !== undefined && rest.length > 0) {
          buffered = rest.join("\n\n");
          const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(event)?.[1] ?? "";
          if (!event.startsWith(":")) return { id: field("id"), data: field("data") };
          continue;
        }
        const { value, done } = await reader.read();
        if (done) return undefined;
        buffered += value;
      }
    },
    async drop() {
      await reader.cancel();
      // The session learns of it by a message of its own.
      await scheduler.wait(20);
    },
  };
}
