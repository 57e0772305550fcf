import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { connect, request, SSE } from "./as-client.ts";
import { initialize, post, Session, toolErrorText } from "./mcp-client.ts";
import { TEST_ORIGIN } from "./origin.ts";
import { bearer, openStream, send } from "./sse-client.ts";

/** What clients, people and proxies do that MCP does not foresee, and what they get. */

const VERSION = "2026-07-28";
const envelope = {
  "io.modelcontextprotocol/protocolVersion": VERSION,
  "io.modelcontextprotocol/clientInfo": { name: "raw", version: "1" },
  "io.modelcontextprotocol/clientCapabilities": {},
};

/** A POST to /mcp with exactly these headers beside the token. */
async function raw(token: string, message: unknown, headers: Record<string, string>) {
  const response = await request("/mcp", {
    method: "POST",
    headers: { ...bearer(token), ...headers },
    body: message instanceof Uint8Array ? message : new TextEncoder().encode(asText(message)),
  });
  const text = await response.text();
  return { response, text, type: response.headers.get("content-type") };
}

const asText = (message: unknown) =>
  typeof message === "string" ? message : JSON.stringify(message);

function modern(token: string, method: string, params: object, headers: object = {}) {
  const message = { jsonrpc: "2.0", id: 1, method, params: { ...params, _meta: envelope } };
  return post(token, message, {
    "mcp-protocol-version": VERSION,
    "mcp-method": method,
    ...headers,
  });
}

async function gzipped(text: string): Promise<Uint8Array> {
  const body = new Response(text).body?.pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(body).arrayBuffer());
}

const JSON_TYPE = { "content-type": "application/json" };
const ping = { jsonrpc: "2.0", id: 1, method: "ping" };

describe("Accept and Content-Type", () => {
  it.each([
    undefined,
    "*/*",
    "application/json",
    "application/*;q=0.5, text/html",
    "APPLICATION/JSON",
  ])("answers JSON to a client that accepts %s", async (accept) => {
    const { access_token } = await connect();
    const headers = { ...JSON_TYPE, ...(accept !== undefined && { accept }) };
    const { response, type } = await raw(access_token, initialize(), headers);
    expect([response.status, type]).toEqual([200, "application/json"]);
    const id = response.headers.get("mcp-session-id") ?? "";
    const listed = await raw(access_token, ping, { ...headers, "mcp-session-id": id });
    expect([listed.response.status, listed.type]).toEqual([200, "application/json"]);
    const batch = await raw(access_token, [ping], { ...headers, "mcp-session-id": id });
    expect(JSON.parse(batch.text)).toEqual([{ jsonrpc: "2.0", id: 1, result: {} }]);
  });

  it("answers with a stream to a client that accepts nothing else", async () => {
    const { access_token } = await connect();
    const headers = { ...JSON_TYPE, accept: "text/event-stream" };
    const { response, text, type } = await raw(access_token, initialize(), headers);
    expect([response.status, type]).toEqual([200, "text/event-stream"]);
    expect(response.headers.get("x-accel-buffering")).toBe("no");
    expect(text).toMatch(/^event: message\ndata: {/);
  });

  it.each([
    "text/html",
    "application/json;q=0",
    "application/jsonx",
    'text/html;x="application/json"',
  ])("refuses a client that accepts %s alone", async (accept) => {
    const { access_token } = await connect();
    const { response } = await raw(access_token, initialize(), { ...JSON_TYPE, accept });
    expect(response.status).toBe(406);
  });

  it("tells a tool that asks that a client which takes no stream cannot ask", async () => {
    const { access_token } = await connect();
    const start = initialize();
    Object.assign(Object(start.params), { capabilities: { elicitation: {} } });
    const accept = "application/json";
    const { response } = await post(access_token, start, { accept });
    const session = new Session(response.headers.get("mcp-session-id") ?? "", access_token);
    await session.use("save_note", { text: "kept" });
    const call = { jsonrpc: "2.0", id: 9, method: "tools/call", params: { name: "clear_notes" } };
    const answer = await session.send(call, { accept });
    expect(toolErrorText(answer)).toContain("this client cannot ask you");
  });

  it.each(["text/plain", "application/jsonx", "text/plain; x=application/json"])(
    "refuses a body that says it is %s, as JSON",
    async (type) => {
      const { access_token } = await connect();
      const refused = await raw(access_token, initialize(), { "content-type": type });
      expect([refused.response.status, refused.type]).toEqual([415, "application/json"]);
    },
  );
});

describe("refusals", () => {
  it("say that they are JSON", async () => {
    const { access_token } = await connect();
    const session = await Session.open(access_token);
    const both = { ...JSON_TYPE, accept: "application/json, text/event-stream" };
    const inSession = { ...both, "mcp-session-id": session.id };
    const discover = { jsonrpc: "2.0", id: 1, method: "server/discover", params: {} };
    const initial = { jsonrpc: "2.0", id: 1, method: "initialize", params: {} };
    for (const [message, headers] of [
      [ping, both],
      [discover, both],
      [initial, both],
      [[initialize()], inSession],
      [[initialize(), ping], both],
      [ping, { ...inSession, "mcp-protocol-version": "1999-01-01" }],
    ] as const) {
      const refused = await raw(access_token, message, headers);
      expect(refused.response.status, asText(message)).toBe(400);
      expect(refused.type).toBe("application/json");
    }
    const listening = await request("/mcp", { headers: bearer(access_token) });
    expect(listening.status).toBe(400);
    expect(listening.headers.get("content-type")).toBe("application/json");
  });
});

describe("a compressed body", () => {
  it("is read, within the bounds of every other", async () => {
    const { access_token } = await connect();
    const headers = { ...JSON_TYPE, "content-encoding": "gzip" };
    const small = await raw(access_token, await gzipped(JSON.stringify(initialize())), headers);
    expect(small.response.status).toBe(200);
    const bomb = await gzipped(JSON.stringify({ ...ping, x: "x".repeat(5 * 1_024 * 1_024) }));
    expect(bomb.length).toBeLessThan(10_000);
    expect((await raw(access_token, bomb, headers)).response.status).toBe(413);
    expect((await raw(access_token, "{}", headers)).response.status).toBe(400);
    const brotli = { ...JSON_TYPE, "content-encoding": "br" };
    expect((await raw(access_token, "{}", brotli)).response.status).toBe(415);
  });
});

describe("params", () => {
  it.each([[null], [[]]])("that are %j are none", async (params) => {
    const session = await Session.open((await connect()).access_token);
    const list = { jsonrpc: "2.0", id: 1, method: "tools/list", params };
    expect((await session.send(list)).result).toHaveProperty("tools");
  });

  const wrong = [
    ["tools/call", { name: "whoami", arguments: null }, "params.arguments must be an object"],
    ["tools/call", {}, "params.name must be a string"],
    ["prompts/get", {}, "params.name must be a string"],
    ["resources/read", { uri: 1 }, "params.uri must be a string"],
    ["tools/list", { cursor: null }, "params.cursor must be a string"],
    ["resources/list", { cursor: "0:" }, "cursor"],
    ["resources/list", { cursor: "9:" }, "cursor"],
    ["tools/list", { cursor: "never-issued" }, "params.cursor was not issued"],
    ["resources/list", { cursor: "never-issued" }, "cursor"],
    ["resources/templates/list", { cursor: "never-issued" }, "params.cursor was not issued"],
    ["prompts/list", { cursor: "never-issued" }, "params.cursor was not issued"],
  ] as const;

  it("that are wrong are -32602 in words, in a session, alone and in a batch", async () => {
    const session = await Session.open((await connect()).access_token);
    for (const [method, params, words] of wrong) {
      const { error } = await session.request(method, { ...params });
      expect(error, method).toMatchObject({ code: -32_602 });
      expect(error?.message).toContain(words);
      const batch = await session.send([{ jsonrpc: "2.0", id: 1, method, params }]);
      expect(batch.error?.code, method).toBe(-32_602);
    }
  });

  it("that are wrong are -32602 in words without a session, too", async () => {
    const { access_token } = await connect();
    for (const [method, params, words] of wrong) {
      const name = "name" in params ? { "mcp-name": params.name } : {};
      const { error } = await modern(access_token, method, params, name);
      if (error?.code === -32_020) continue;
      expect(error, method).toMatchObject({ code: -32_602 });
      expect(error?.message).toContain(words);
    }
  });

  it("with the metadata of a task are answered as though it were not there", async () => {
    const session = await Session.open((await connect()).access_token);
    const args = { operation: "add", a: 2, b: 3 };
    const params = { name: "calculator", arguments: args, task: { ttl: 60_000 } };
    const { result } = await session.request("tools/call", params);
    expect(result).toMatchObject({ structuredContent: { result: 5 } });
  });
});

describe("the id of a session", () => {
  it("means nothing on a request of 2026-07-28", async () => {
    const { access_token } = await connect();
    const { result } = await modern(access_token, "tools/list", {}, { "mcp-session-id": "stale" });
    expect(result).toHaveProperty("tools");
  });

  it("that is dead, or another's, does not keep a client from beginning anew", async () => {
    const { access_token } = await connect();
    const live = await Session.open(access_token);
    for (const id of ["gone-after-a-restart", live.id]) {
      const { response } = await post(access_token, initialize(), { "mcp-session-id": id });
      expect(response.status).toBe(200);
      const fresh = response.headers.get("mcp-session-id");
      expect(fresh).not.toBeNull();
      expect(fresh).not.toBe(id);
    }
  });
});

describe("an address with a slash at its end", () => {
  it("is that without one", async () => {
    for (const path of ["/mcp", "/sse"]) {
      const { status, headers } = await request(`${path}/`, { method: "POST" });
      expect(status).toBe(401);
      expect(headers.get("www-authenticate")).toContain(
        `resource_metadata="${TEST_ORIGIN}/.well-known/oauth-protected-resource${path}"`,
      );
    }
    for (const path of [
      "oauth-protected-resource",
      "oauth-protected-resource/mcp",
      "oauth-authorization-server",
    ]) {
      const origin = "https://client.example";
      const response = await request(`/.well-known/${path}/`, { headers: { origin } });
      expect(response.status, path).toBe(200);
      expect(response.headers.get("access-control-allow-origin"), path).toBe(origin);
    }
    const { access_token } = await connect();
    const headers = { ...bearer(access_token), ...JSON_TYPE };
    const body = JSON.stringify(initialize());
    expect((await request("/mcp/", { method: "POST", headers, body })).status).toBe(200);
  });
});

describe("origins of apps", () => {
  it.each([
    ["tauri://localhost", 401],
    ["app://obsidian.md", 401],
    ["vscode-webview://0a1b2c", 401],
    ["file://", 401],
    ["null", 403],
    ["http://evil.example", 403],
    ["javascript://evil.example", 403],
    ["not an origin", 403],
  ])("%s: %i", async (origin, status) => {
    const response = await request("/mcp", { method: "POST", headers: { origin } });
    expect(response.status).toBe(status);
  });
});

describe("a client that cannot take a challenge of scopes", () => {
  it.each([
    ["Claude (via mcp-remote 0.1.29)", "1"],
    ["codex-mcp-client", "0.171.0"],
    ["github-copilot-developer", "1.0.102"],
  ])("is told in the result of the call: %s", async (name, version) => {
    const { access_token } = await connect({ scopes: ["account:read"] });
    const start = initialize();
    Object.assign(Object(start.params), { clientInfo: { name, version } });
    const { response } = await post(access_token, start);
    const session = new Session(response.headers.get("mcp-session-id") ?? "", access_token);
    const refused = await session.call("save_note", { text: "x" });
    expect(refused.response.status).toBe(200);
    expect(toolErrorText(refused)).toContain("you have not given to this client");
  });

  it("is no other one", async () => {
    const session = await Session.open((await connect({ scopes: ["account:read"] })).access_token);
    expect((await session.call("save_note", { text: "x" })).response.status).toBe(403);
  });
});

describe("bounds", () => {
  it("of messages in a POST, their ids and their depth", async () => {
    const session = await Session.open((await connect()).access_token);
    expect((await session.send(Array(51).fill(ping))).response.status).toBe(400);
    const ids = Array.from({ length: 50 }, () => ({ ...ping, id: "x".repeat(100) }));
    expect((await session.send(ids)).response.status).toBe(400);
    const deep = `${'{"a":'.repeat(5_000)}1${"}".repeat(5_000)}`;
    const message = `{"jsonrpc":"2.0","id":1,"method":"ping","params":${deep}}`;
    expect((await session.send(message)).response.status).toBe(400);
  });

  it("at /sse/message, where what is no message is a refusal in JSON", async () => {
    const { access_token } = await connect({ change: { resource: SSE } });
    const { address, close } = await openStream(access_token);
    for (const message of [
      { hello: "world" },
      [],
      "text",
      null,
      [ping],
      { ...ping, jsonrpc: "1" },
    ]) {
      const refused = await send(access_token, address, message);
      expect(refused.status, JSON.stringify(message)).toBe(400);
      expect(refused.headers.get("content-type")).toBe("application/json");
    }
    const twice = await send(access_token, `${address}&sessionId=other`, ping);
    expect(twice.status).toBe(202);
    await close();
  });
});

describe("a request without a session", () => {
  it("that cannot be asked says so as a session does", async () => {
    const { access_token } = await connect();
    await modern(
      access_token,
      "tools/call",
      { name: "save_note", arguments: { text: "kept" } },
      { "mcp-name": "save_note" },
    );
    const { error } = await modern(
      access_token,
      "tools/call",
      { name: "clear_notes", arguments: {} },
      { "mcp-name": "clear_notes" },
    );
    expect(error).toEqual({
      code: -32_021,
      message: "This needs your consent, and this client cannot ask you for it.",
    });
  });
});

/** Small, and the same numbers for the same seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe("nonsense", () => {
  it("never makes a failure of the server (seeded)", { timeout: 120_000 }, async () => {
    const { access_token } = await connect();
    const sseToken = (await connect({ change: { resource: SSE } })).access_token;
    const session = await Session.open(access_token);
    const { address, close } = await openStream(sseToken);
    const random = randomOf(20_261_127);
    const one = <Value>(values: readonly Value[]): Value | undefined =>
      values[Math.floor(random() * values.length)];
    const long = "é".repeat(3_000);
    const odd = [null, [], {}, 0, -1, 1e308, "", "x", long, true, [[[]]], { name: [] }];
    const methods = [
      "initialize",
      "ping",
      "tools/list",
      "tools/call",
      "resources/list",
      "resources/read",
      "prompts/get",
      "server/discover",
      "subscriptions/x",
      "notifications/cancelled",
      "__proto__",
      long,
    ];
    const paths = [
      "/mcp",
      "/mcp/",
      address,
      `${address}&sessionId=x`,
      "/sse/message",
      "/sse/message?sessionId=x&sessionId=y",
      "/.well-known/oauth-protected-resource/mcp",
      `/.well-known/oauth-protected-resource/${"x".repeat(900)}`,
    ];
    const failures: string[] = [];
    for (let count = 0; count < 300; count++) {
      const meta = random() < 0.3 ? { _meta: random() < 0.7 ? envelope : one(odd) } : {};
      const params =
        random() < 0.6
          ? {
              name: one(odd),
              arguments: one(odd),
              uri: one(odd),
              cursor: one(odd),
              requestId: one(odd),
              ...meta,
            }
          : one(odd);
      const message = {
        jsonrpc: random() < 0.9 ? "2.0" : one(odd),
        id: one(odd),
        method: one(methods),
        params,
      };
      const body =
        random() < 0.1
          ? one(["", "{", "[", "\u0000", "[]", "null"])
          : JSON.stringify(random() < 0.15 ? [message, one(odd)] : message);
      const path = one(paths) ?? "/mcp";
      const method = one(["POST", "POST", "POST", "POST", "PUT", "DELETE"]) ?? "POST";
      const token = one([access_token, sseToken, "a:b:c", `${"a".repeat(600)}:b:c`]);
      const headers: Record<string, string> = { authorization: `Bearer ${token}` };
      if (random() < 0.9)
        headers["content-type"] = one(["application/json", "text/plain", ";"]) ?? "";
      if (random() < 0.8)
        headers.accept =
          one([
            "application/json, text/event-stream",
            "application/json",
            "*/*",
            ",;q=",
            "text/html",
          ]) ?? "";
      if (random() < 0.5)
        headers["mcp-session-id"] =
          one([session.id, "x", "x".repeat(900), "..", `${session.id}x`]) ?? "";
      if (random() < 0.4) headers["mcp-protocol-version"] = one([VERSION, "2025-11-25", "x"]) ?? "";
      if (random() < 0.2) headers["content-encoding"] = one(["gzip", "br", "identity"]) ?? "";
      // A DELETE would end the session that the rest needs.
      if (method === "DELETE") delete headers["mcp-session-id"];
      const response = await request(path, { method, headers, body: body ?? "" });
      await response.body?.cancel();
      if (response.status >= 500)
        failures.push(
          `${response.status} ${method} ${path.slice(0, 40)} ${JSON.stringify(headers["mcp-protocol-version"])} token ${String(token).slice(0, 5)} ${body?.slice(0, 300)}`,
        );
    }
    await close();
    expect(failures).toEqual([]);
    expect(z.string().parse((await session.use("whoami")).name)).toBe("Alice Example");
    expect(env.MCP_SESSION).toBeDefined();
  });
});
