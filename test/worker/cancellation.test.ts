import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Server } from "@modelcontextprotocol/server";
import { expect, it, onTestFinished } from "vitest";
import { statelessLaneOf } from "../../src/engine/mcp/stateless/handler";
import { browse, connect, MCP } from "./as-client.ts";
import { gatehouseOf } from "./gatehouse.ts";
import { configOf } from "./server.ts";

async function open(reach: typeof fetch, mode: "legacy" | { pin: string }): Promise<Client> {
  const { access_token } = await connect();
  const client = new Client(
    { name: "cancellation-test", version: "1" },
    { versionNegotiation: { mode }, capabilities: { elicitation: { form: {} } } },
  );
  await client.connect(
    new StreamableHTTPClientTransport(new URL(MCP), {
      fetch: reach,
      requestInit: { headers: { authorization: `Bearer ${access_token}` } },
    }),
  );
  onTestFinished(() => client.close());
  return client;
}

it("2026-07-28: a client that closes the stream of a call cancels its work", async () => {
  const started = Promise.withResolvers<void>();
  const cancelled = Promise.withResolvers<void>();
  const lane = statelessLaneOf(() => {
    const server = new Server({ name: "slow", version: "1" }, { capabilities: { tools: {} } });
    server.setRequestHandler("tools/call", async (_request, ctx) => {
      started.resolve();
      await new Promise((resolve) => ctx.mcpReq.signal.addEventListener("abort", resolve));
      cancelled.resolve();
      return { content: [] };
    });
    return server;
  });
  const gatehouse = gatehouseOf(configOf(env), { stateless: () => lane });
  const client = await open(
    async (input, init) => {
      return gatehouse(new Request(input, init), env, createExecutionContext());
    },
    { pin: "2026-07-28" },
  );

  const controller = new AbortController();
  const call = client.callTool({ name: "slow" }, { signal: controller.signal });
  const ended = expect(call).rejects.toThrow();
  await started.promise;
  controller.abort();
  await ended;
  await cancelled.promise;
});

it("2025-11-25: a call that is cancelled while it asks the person does nothing any more", async () => {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  const client = await open(browse, "legacy");
  client.setRequestHandler("elicitation/create", async () => {
    asked.resolve();
    await answer.promise;
    return { action: "accept", content: { confirm: true } };
  });
  await client.callTool({ name: "save_note", arguments: { text: "kept" } });

  const controller = new AbortController();
  const call = client.callTool({ name: "clear_notes" }, { signal: controller.signal });
  const ended = expect(call).rejects.toThrow();
  await asked.promise;
  controller.abort();
  await ended;
  answer.resolve();
  const { structuredContent } = await client.callTool({ name: "list_notes" });
  expect(JSON.stringify(structuredContent)).toContain("kept");
});
