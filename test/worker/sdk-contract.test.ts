import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import {
  type JSONRPCMessage,
  JSONRPCMessageSchema,
  ListToolsRequestSchema,
  PingRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";
import * as shims from "@modelcontextprotocol/server/_shims";
import { describe, expect, it } from "vitest";
import { Server } from "../../src/engine/mcp/libraries";
import { initialize } from "./mcp-client.ts";

/**
 * What src/engine/mcp relies on of the two SDKs beside their documented interface. Each test's name says what an
 * upgrade changed when it fails. That the fast path answers as SDK v2 would, plain-calls.test.ts holds.
 */

/** A server of SDK v1 behind a transport that hands over what it is given, and keeps what the server sends. */
function serverV1() {
  const server = new Server({ name: "s", version: "1" }, { capabilities: { tools: {} } });
  const sent: JSONRPCMessage[] = [];
  const waiting: (() => void)[] = [];
  const transport: Transport = {
    start: async () => undefined,
    close: async () => undefined,
    async send(message: JSONRPCMessage) {
      sent.push(message);
      for (const go of waiting.splice(0)) go();
    },
  };
  async function answerTo(id: number): Promise<JSONRPCMessage> {
    for (;;) {
      const found = sent.find((message) => "id" in message && message.id === id);
      if (found !== undefined) return found;
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.push(resolve);
      await promise;
    }
  }
  return { server, transport, answerTo };
}

const ping = (id: number): JSONRPCMessage => ({ jsonrpc: "2.0", id, method: "ping" });

describe("SDK v1", () => {
  it("sends an error's numeric code and its message as they are", async () => {
    const { server, transport, answerTo } = serverV1();
    server.setRequestHandler(PingRequestSchema, () => {
      throw Object.assign(new Error("not there"), { code: -32_002 });
    });
    await server.connect(transport);
    transport.onmessage?.(ping(1));
    expect(await answerTo(1)).toMatchObject({ error: { code: -32_002, message: "not there" } });
  });

  it("gives a handler the headers that came with its message, and those of no other", async () => {
    const { server, transport, answerTo } = serverV1();
    server.setRequestHandler(ListToolsRequestSchema, (_request, { requestInfo }) => ({
      tools: [],
      _meta: { seen: requestInfo?.headers },
    }));
    await server.connect(transport);
    for (const [id, who] of [
      [1, "alice"],
      [2, "bob"],
    ] as const) {
      transport.onmessage?.(
        { jsonrpc: "2.0", id, method: "tools/list" },
        { requestInfo: { headers: { who } } },
      );
    }
    expect(await answerTo(1)).toMatchObject({ result: { _meta: { seen: { who: "alice" } } } });
    expect(await answerTo(2)).toMatchObject({ result: { _meta: { seen: { who: "bob" } } } });
  });

  it("knows the client of an initialize before it runs a message that was handed over after it", async () => {
    const { server, transport, answerTo } = serverV1();
    server.setRequestHandler(ListToolsRequestSchema, () => ({
      tools: [],
      _meta: { client: server.getClientVersion() },
    }));
    const connecting = server.connect(transport);
    transport.onmessage?.(JSONRPCMessageSchema.parse({ ...initialize(), id: 1 }));
    transport.onmessage?.({ jsonrpc: "2.0", id: 2, method: "tools/list" });
    await connecting;
    expect(await answerTo(2)).toMatchObject({ result: { _meta: { client: { name: /./ } } } });
  });

  it("takes messages as soon as connect is called, without waiting for it", async () => {
    const { server, transport, answerTo } = serverV1();
    const connecting = server.connect(transport);
    expect(transport.onmessage).toBeTypeOf("function");
    transport.onmessage?.(ping(1));
    await connecting;
    expect(await answerTo(1)).toMatchObject({ result: {} });
  });
});

describe("SDK v2", () => {
  it("imports from its part for Workers what stands in for it here, and no more", () => {
    expect(Object.keys(shims).sort()).toEqual(["DefaultJsonSchemaValidator", "process"]);
  });
});
