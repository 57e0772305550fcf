import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import * as z from "zod";
import { parseConfig } from "../../src/config";
import { createGatehouse } from "../../src/gatehouse";
import { TEST_ORIGIN } from "./origin.ts";

const PROTOCOL = "2026-07-28";

const answerSchema = z.object({
  result: z
    .object({
      structuredContent: z.record(z.string(), z.unknown()).optional(),
      isError: z.boolean().optional(),
      content: z.array(z.object({ text: z.string() })).optional(),
    })
    .optional(),
  error: z.unknown().optional(),
  error_description: z.string().optional(),
});

/** A Gatehouse that takes tokens of an external authorization server, called without sessions. */
export type ExternalGatehouse = {
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** POSTs a tool call to /mcp, or another resource. */
  call(
    token: string,
    name: string,
    args?: Record<string, unknown>,
    headers?: Record<string, string>,
  ): Promise<Response>;
  /** Calls a tool and reads what came of it. */
  use(
    token: string,
    name: string,
    args?: Record<string, unknown>,
    headers?: Record<string, string>,
  ): Promise<z.infer<typeof answerSchema> & { status: number }>;
};

/** @param vars beside or in place of those of the Worker under test. */
export function externalGatehouse(vars: Record<string, string>): ExternalGatehouse {
  const gatehouse = createGatehouse(parseConfig({ ...env, ...vars }), TEST_ORIGIN);
  async function send(path: string, init?: RequestInit): Promise<Response> {
    const context = createExecutionContext();
    const request = new Request(TEST_ORIGIN + path, { redirect: "manual", ...init });
    const response = await gatehouse(request, env, context);
    await waitOnExecutionContext(context);
    return response;
  }
  function call(
    token: string,
    name: string,
    args: Record<string, unknown> = {},
    more: Record<string, string> = {},
  ) {
    return send("/mcp", {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        accept: "application/json, text/event-stream",
        "content-type": "application/json",
        "mcp-protocol-version": PROTOCOL,
        "mcp-method": "tools/call",
        "mcp-name": name,
        ...more,
      },
      body: JSON.stringify({
        jsonrpc: "2.0",
        id: 1,
        method: "tools/call",
        params: {
          name,
          arguments: args,
          _meta: {
            "io.modelcontextprotocol/protocolVersion": PROTOCOL,
            "io.modelcontextprotocol/clientInfo": { name: "raw", version: "1" },
            "io.modelcontextprotocol/clientCapabilities": {},
          },
        },
      }),
    });
  }
  return {
    fetch: send,
    call,
    async use(token, name, args, headers) {
      const response = await call(token, name, args, headers);
      const text = await response.text();
      const data = /^data: (.*)$/m.exec(text)?.[1] ?? text;
      return { ...answerSchema.parse(JSON.parse(data)), status: response.status };
    },
  };
}
