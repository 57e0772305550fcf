import type { Answer, HttpClient, HttpRequest } from "./http-client.ts";
import { expectResult, expectSession, expectStatus, expectTools } from "./mcp-answers.ts";

const SESSION_VERSION = "2025-11-25";
const STATELESS_VERSION = "2026-07-28";
const CALLS_PER_SESSION = 10;
const CLIENT_INFO = { name: "gatehouse-bench", version: "1.0.0" };

/** A client of MCP that sends what is needed and checks every answer; the same for all servers. */
export class McpClient {
  readonly #http: HttpClient;
  readonly #accessToken: string;
  #nextId = 1;

  constructor(http: HttpClient, accessToken: string) {
    this.#http = http;
    this.#accessToken = accessToken;
  }

  /** MCP up to 2025-11-25: `initialize` and `notifications/initialized`. Returns the session's id. */
  async openSession(): Promise<string> {
    const initialized = await this.#post(
      {
        id: this.#nextId++,
        method: "initialize",
        params: {
          protocolVersion: SESSION_VERSION,
          capabilities: {},
          clientInfo: CLIENT_INFO,
        },
      },
      {},
    );
    const sessionId = expectSession(initialized, SESSION_VERSION);
    const notified = await this.#post(
      { method: "notifications/initialized" },
      sessionHeaders(sessionId),
    );
    expectStatus(notified, 202);
    return sessionId;
  }

  async callInSession(sessionId: string): Promise<void> {
    const id = this.#nextId++;
    const message = { id, method: "tools/call", params: addition(id) };
    expectResult(await this.#post(message, sessionHeaders(sessionId)), id + 1);
  }

  async listInSession(sessionId: string): Promise<void> {
    const message = { id: this.#nextId++, method: "tools/list" };
    expectTools(await this.#post(message, sessionHeaders(sessionId)));
  }

  async endSession(sessionId: string): Promise<void> {
    const headers = this.#headers(sessionHeaders(sessionId));
    const answer = await this.#http.send({ method: "DELETE", path: "/mcp", headers });
    expectStatus(answer, 200, 204);
  }

  /** GET /mcp: the stream on which the server may speak of its own accord. Returns what closes it. */
  listen(sessionId: string): Promise<() => void> {
    return this.#http.openStream(this.#listening(sessionId));
  }

  /**
   * The session of a client made with an SDK: `initialize`, `notifications/initialized`, the stream of
   * GET at once, a list of the tools, ten calls, and DELETE.
   */
  async wholeSession(): Promise<void> {
    const sessionId = await this.openSession();
    const closeStream = await this.listen(sessionId);
    await this.listInSession(sessionId);
    for (let call = 0; call < CALLS_PER_SESSION; call++) await this.callInSession(sessionId);
    await this.endSession(sessionId);
    closeStream();
  }

  /** MCP 2026-07-28. */
  async callStatelessly(): Promise<void> {
    const id = this.#nextId++;
    const answer = await this.#postStateless(id, "tools/call", addition(id), {
      "mcp-name": "calculator",
    });
    expectResult(answer, id + 1);
  }

  async listStatelessly(): Promise<void> {
    expectTools(await this.#postStateless(this.#nextId++, "tools/list", {}, {}));
  }

  #listening(sessionId: string): HttpRequest {
    const headers = this.#headers({ ...sessionHeaders(sessionId), accept: "text/event-stream" });
    return { method: "GET", path: "/mcp", headers };
  }

  #postStateless(
    id: number,
    method: string,
    params: Record<string, unknown>,
    headers: Record<string, string>,
  ): Promise<Answer> {
    const _meta = {
      "io.modelcontextprotocol/protocolVersion": STATELESS_VERSION,
      "io.modelcontextprotocol/clientInfo": CLIENT_INFO,
      "io.modelcontextprotocol/clientCapabilities": {},
    };
    return this.#post(
      { id, method, params: { ...params, _meta } },
      { "mcp-protocol-version": STATELESS_VERSION, "mcp-method": method, ...headers },
    );
  }

  #post(message: Record<string, unknown>, headers: Record<string, string>): Promise<Answer> {
    return this.#http.send({
      method: "POST",
      path: "/mcp",
      headers: this.#headers(headers),
      body: JSON.stringify({ jsonrpc: "2.0", ...message }),
    });
  }

  #headers(more: Record<string, string>): Record<string, string> {
    return {
      authorization: `Bearer ${this.#accessToken}`,
      accept: "application/json, text/event-stream",
      "content-type": "application/json",
      ...more,
    };
  }
}

function sessionHeaders(sessionId: string): Record<string, string> {
  return { "mcp-session-id": sessionId, "mcp-protocol-version": SESSION_VERSION };
}

/** Other numbers for each call, so that no answer of another could pass for this one's. */
function addition(a: number): Record<string, unknown> {
  return { name: "calculator", arguments: { operation: "add", a, b: 1 } };
}
