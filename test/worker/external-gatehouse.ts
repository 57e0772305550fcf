import * as z from "zod";
import type { ServerDefinition } from "../../src/engine/server";
import { gatehouseWith } from "./gatehouse-with.ts";
import { statelessCall } from "./mcp-client.ts";
import { TEST_ORIGIN } from "./origin.ts";

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
export function externalGatehouse(
  vars: Record<string, string>,
  definition?: ServerDefinition,
): ExternalGatehouse {
  const reach = gatehouseWith(vars, definition);
  const send = (path: string, init?: RequestInit) => reach(TEST_ORIGIN + path, init);
  function call(
    token: string,
    name: string,
    args: Record<string, unknown> = {},
    more: Record<string, string> = {},
  ) {
    const init = statelessCall(token, { name, arguments: args });
    const headers = new Headers(init.headers);
    for (const [header, value] of Object.entries(more)) headers.set(header, value);
    return send("/mcp", { ...init, headers });
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
