import * as z from "zod";
import { request } from "./as-client.ts";

const messageSchema = z.object({
  result: z.record(z.string(), z.unknown()).optional(),
  // A refusal before the protocol, such as 401 and 403, has an OAuth error here.
  error: z.object({ code: z.number(), message: z.string() }).optional().catch(undefined),
});

/** What a test looks at in the answer to one MCP message. */
export type Answer = z.infer<typeof messageSchema> & { response: Response };

/** POSTs one message to /mcp, as a client of streamable HTTP does, and reads the answer. */
export async function post(
  token: string,
  message: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await request("/mcp", {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      accept: "application/json, text/event-stream",
      "content-type": "application/json",
      ...headers,
    },
    body: typeof message === "string" ? message : JSON.stringify(message),
  });
  const text = await response.text();
  const data = /^data: (.*)$/m.exec(text)?.[1] ?? text;
  return { ...messageSchema.parse(data === "" ? {} : JSON.parse(data)), response };
}

/** A session that is open, and what can be done in it. */
export class Session {
  readonly id: string;
  token: string;
  #nextId = 1;

  constructor(id: string, token: string) {
    this.id = id;
    this.token = token;
  }

  /** Opens a session as the token's person and client. */
  static async open(token: string): Promise<Session> {
    const { response } = await post(token, initialize());
    const id = response.headers.get("mcp-session-id");
    if (id === null) throw new Error(`No session: ${response.status}`);
    const session = new Session(id, token);
    await session.send({ jsonrpc: "2.0", method: "notifications/initialized" });
    return session;
  }

  send(message: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return post(this.token, message, { "mcp-session-id": this.id, ...headers });
  }

  request(method: string, params: Record<string, unknown> = {}): Promise<Answer> {
    return this.send({ jsonrpc: "2.0", id: this.#nextId++, method, params });
  }

  async toolNames(): Promise<string[]> {
    const { result } = await this.request("tools/list");
    return z
      .object({ tools: z.array(z.object({ name: z.string() })) })
      .parse(result)
      .tools.map((t) => t.name);
  }

  call(name: string, args: Record<string, unknown> = {}): Promise<Answer> {
    return this.request("tools/call", { name, arguments: args });
  }

  /** Calls a tool that must succeed, and returns its structured output. */
  async use(name: string, args: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
    const { result, error } = await this.call(name, args);
    const parsed = z
      .object({
        structuredContent: z.record(z.string(), z.unknown()),
        isError: z.literal(false).optional(),
      })
      .safeParse(result);
    if (!parsed.success) throw new Error(`${name}: ${JSON.stringify({ result, error })}`);
    return parsed.data.structuredContent;
  }
}

export function initialize(): Record<string, unknown> {
  return {
    jsonrpc: "2.0",
    id: "init",
    method: "initialize",
    params: {
      protocolVersion: "2025-06-18",
      capabilities: {},
      clientInfo: { name: "worker-test", version: "1" },
    },
  };
}

/** The text of a tool result that is an error. */
export function toolErrorText({ result }: Answer): string {
  return z
    .object({ isError: z.literal(true), content: z.tuple([z.object({ text: z.string() })]) })
    .parse(result).content[0].text;
}

/** The status of every verb that a session id can be used with. */
export async function statuses(token: string, sessionId: string): Promise<number[]> {
  const headers = {
    authorization: `Bearer ${token}`,
    accept: "application/json, text/event-stream",
    "content-type": "application/json",
    "mcp-session-id": sessionId,
  };
  const body = JSON.stringify({ jsonrpc: "2.0", id: 7, method: "tools/list" });
  const responses = [
    await request("/mcp", { method: "POST", headers, body }),
    await request("/mcp", { method: "GET", headers }),
    await request("/mcp", { method: "DELETE", headers }),
  ];
  return Promise.all(
    responses.map(async (response) => {
      await response.body?.cancel();
      return response.status;
    }),
  );
}

/** A stream of GET /mcp. */
export async function listen({ id, token }: Session): Promise<ReadableStream<Uint8Array>> {
  const headers = {
    authorization: `Bearer ${token}`,
    accept: "text/event-stream",
    "mcp-session-id": id,
  };
  const { status, body } = await request("/mcp", { headers });
  if (status !== 200 || body === null) throw new Error(`No stream: ${status}`);
  return body;
}

/** A POST of one tool call by a client of 2026-07-28, which can be asked something. */
export function statelessCall(
  token: string,
  params: { name: string; arguments: Record<string, unknown> },
): RequestInit {
  const version = "2026-07-28";
  return {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      accept: "application/json, text/event-stream",
      "content-type": "application/json",
      "mcp-protocol-version": version,
      "mcp-method": "tools/call",
      "mcp-name": params.name,
    },
    body: JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method: "tools/call",
      params: {
        ...params,
        _meta: {
          "io.modelcontextprotocol/protocolVersion": version,
          "io.modelcontextprotocol/clientInfo": { name: "raw", version: "1" },
          "io.modelcontextprotocol/clientCapabilities": { elicitation: { form: {} } },
        },
      },
    }),
  };
}
