import type { Server } from "@modelcontextprotocol/sdk/server/index.js";
import type { JSONRPCRequest } from "@modelcontextprotocol/sdk/types.js";
import type { Connection, ConnectionContext } from "agents";
import { McpAgent } from "#mcp-libraries";
import { auditFor } from "../../audit/audit";
import { grantObject } from "../../grants/grant-id";
import { errorText } from "../../lib/error-text";
import { readRow } from "../../lib/stored-rows";
import { sessionNotFound } from "../message";
import { AGENT_KEYS } from "./agents-internals";
import { type SessionStart, sessionNameOf } from "./session-id";
import { sessionRowSchemas } from "./session-row-schemas";

/** The owner is a session's first row, and what makes it a session. */
const { owner: OWNER_KEY, initialize: INITIALIZE_KEY } = AGENT_KEYS;
const LAST_REQUEST_KEY = "lastRequestAtMs";
/** Whether Agent has its tables here. */
const AGENT_KEY = "agentStarted";

/** `onSSEMcpMessage` says this, and the endpoint makes it the 404 that streamable HTTP has. */
export const SESSION_ENDED = "This session has ended";

/**
 * When a session begins and ends. Only a request that brings an owner begins one: Agent alone would fill the
 * storage of every object that is addressed, including ended sessions, and never empty it. Nor does Agent
 * start in a session before McpAgent is needed (direct-session.ts): its tables are some sixty rows.
 *
 * A session ends with DELETE, or after `idleTtlSeconds` without a request. An open stream is not a
 * request: it would keep an idle session forever. Opening or resuming one is, so a client that only
 * listens is cut off at most once in that time, and begins a new session.
 *
 * To save writes, the time of the last request is stored only when the stored one is off by more than
 * `#precisionMs`, a 24th of the limit, and requests do not move the alarm: when it fires, it reads that
 * time and moves on to the next deadline. Memory would be more precise, but an idle object leaves memory
 * after seconds. So a session lives up to a 24th longer, and never shorter.
 */
export abstract class SessionLifetime extends McpAgent<Env, unknown, SessionStart> {
  abstract override server: Server;
  protected abstract readonly idleTtlSeconds: number;
  /** The stored values, once they have been read. */
  #notedAtMs: number | undefined;
  #owner: SessionStart | undefined;

  /** Agent's constructor makes its tables here. */
  protected override _ensureSchema(): void {
    if (hasAgent(this.ctx)) super._ensureSchema();
  }

  /** The session's owner; undefined when it has ended, or never began. */
  protected get owner(): SessionStart | undefined {
    this.#owner ??= readRow(this.ctx.storage.kv, OWNER_KEY, sessionRowSchemas.props);
    return this.#owner;
  }

  /** The client's `initialize`. */
  protected get initializeRequest(): JSONRPCRequest | undefined {
    return readRow(this.ctx.storage.kv, INITIALIZE_KEY, sessionRowSchemas.initializeRequest);
  }

  /** Begins the session without Agent. Not `async`, as that would start it. */
  protected begin(owner: SessionStart, initialize: JSONRPCRequest): Promise<void> {
    const { kv } = this.ctx.storage;
    kv.put(OWNER_KEY, owner);
    kv.put(INITIALIZE_KEY, initialize);
    this.noteRequest();
    return this.ctx.storage.setAlarm(this.#expiresAtMs());
  }

  /** The first contact of every request to McpAgent. */
  override async __unsafe_ensureInitialized(owner?: SessionStart): Promise<void> {
    const { kv } = this.ctx.storage;
    if (!isAlive(this.ctx)) {
      if (owner === undefined) return;
      kv.put(OWNER_KEY, owner);
    }
    if (!hasAgent(this.ctx)) {
      kv.put(AGENT_KEY, true);
      super._ensureSchema();
    }
    await super.__unsafe_ensureInitialized();
  }

  override async onStart(): Promise<void> {
    const { kv } = this.ctx.storage;
    if (kv.get(LAST_REQUEST_KEY) === undefined) kv.put(LAST_REQUEST_KEY, Date.now());
    await this.#watchExpiry({ idempotent: true });
    await super.onStart();
  }

  override async fetch(request: Request): Promise<Response> {
    return isAlive(this.ctx) ? super.fetch(request) : sessionNotFound();
  }

  /** Several messages in one POST of /mcp, and GET /sse, come as connections; the messages of /sse do not. */
  override async onConnect(connection: Connection, context: ConnectionContext): Promise<void> {
    this.noteRequest();
    await super.onConnect(connection, context);
  }

  // These are not `async`: Agent starts the object before every `async` method, and writes then.

  /** McpAgent's handlers answer 404 when there is none. */
  override getInitializeRequest(): ReturnType<McpAgent["getInitializeRequest"]> {
    return isAlive(this.ctx) ? super.getInitializeRequest() : Promise.resolve(undefined);
  }

  override onSSEMcpMessage(
    ...message: Parameters<McpAgent["onSSEMcpMessage"]>
  ): Promise<Error | null> {
    if (!isAlive(this.ctx)) return Promise.resolve(new Error(SESSION_ENDED));
    this.noteRequest();
    return super.onSSEMcpMessage(...message);
  }

  /** Whether a socket is none of Agent's. */
  protected abstract isOwnSocket(socket: WebSocket): boolean;

  protected get hasAgent(): boolean {
    return hasAgent(this.ctx);
  }

  override webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    return this.#forAgent(socket, () => this.lifecycle.webSocketMessage(socket, message));
  }

  override webSocketClose(
    ...close: [socket: WebSocket, code: number, reason: string, wasClean: boolean]
  ): Promise<void> {
    return this.#forAgent(close[0], () => this.lifecycle.webSocketClose(...close));
  }

  override webSocketError(socket: WebSocket, error: unknown): Promise<void> {
    return this.#forAgent(socket, () => this.lifecycle.webSocketError(socket, error));
  }

  /** A stream may close after its session has ended. */
  #forAgent(socket: WebSocket, handle: () => Promise<void>): Promise<void> {
    return this.isOwnSocket(socket) ? Promise.resolve() : this.#whileAlive(handle);
  }

  override async alarm(): Promise<void> {
    if (!isAlive(this.ctx)) return;
    if (this.#expiresAtMs() <= Date.now()) await this.#end("idle");
    else if (hasAgent(this.ctx)) await super.alarm();
    else await this.ctx.storage.setAlarm(this.#expiresAtMs());
  }

  /** What the alarm does if there were requests meanwhile. */
  async postponeExpiry(): Promise<void> {
    await this.#watchExpiry({ idempotent: false });
  }

  /** DELETE. McpAgent alone would only schedule it, and keep everything until then. */
  override async _cf_terminateSession(): Promise<void> {
    await this.#whileAlive(() => this.#end("client"));
  }

  /** The grant that the session began with has ended. */
  closeForGrant(): Promise<void> {
    return this.#whileAlive(() => this.#end("revocation"));
  }

  #whileAlive(work: () => Promise<void>): Promise<void> {
    return isAlive(this.ctx) ? work() : Promise.resolve();
  }

  get #precisionMs(): number {
    return (this.idleTtlSeconds * 1_000) / 24;
  }

  get #lastRequestAtMs(): number | undefined {
    return readRow(this.ctx.storage.kv, LAST_REQUEST_KEY, sessionRowSchemas.lastRequestAtMs);
  }

  #expiresAtMs(): number {
    return (this.#lastRequestAtMs ?? Date.now()) + this.idleTtlSeconds * 1_000 + this.#precisionMs;
  }

  /** Postpones the end of the session. */
  protected noteRequest(): void {
    const { kv } = this.ctx.storage;
    const nowMs = Date.now();
    this.#notedAtMs ??= this.#lastRequestAtMs ?? 0;
    if (nowMs - this.#notedAtMs < this.#precisionMs) return;
    kv.put(LAST_REQUEST_KEY, nowMs);
    this.#notedAtMs = nowMs;
  }

  async #watchExpiry(options: { idempotent: boolean }): Promise<void> {
    // Schedules are in whole seconds, rounded down: the alarm would come before the deadline.
    const at = new Date(Math.ceil(this.#expiresAtMs() / 1_000) * 1_000);
    await this.schedule(at, "postponeExpiry", undefined, options);
  }

  /** A grant that is not notified would only try, at its end, to close a session that is already closed. */
  async #leaveGrant({ userId, grantId }: Partial<SessionStart> = {}): Promise<void> {
    if (userId === undefined || grantId === undefined) return;
    try {
      await grantObject(this.env, { userId, grantId }).dismiss(this.name);
    } catch (error) {
      console.warn({ event: "session_not_dismissed", error: errorText(error) });
    }
  }

  async #end(by: "client" | "idle" | "revocation"): Promise<void> {
    const { owner } = this;
    const sessionId = sessionNameOf(this.getSessionId());
    auditFor(this.env).record({ kind: "session_ended", by, sessionId, ...owner });
    if (by !== "revocation") await this.#leaveGrant(owner);
    // Aborts the running calls, so that none of them stores an answer afterwards.
    await this.server.close();
    for (const stream of this.ctx.getWebSockets()) stream.close(1_000, "Session ended");
    this.#owner = undefined;
    // Agent's driver would set another; deleteAll removes the current one, at one row less than deleting it.
    if (this.hasAgent) await this.lifecycle.disableAlarms();
    await this.ctx.storage.deleteAll();
  }
}

/** Not a private method: Agent's constructor needs it before those exist. */
function isAlive({ storage }: DurableObjectState): boolean {
  return storage.kv.get(OWNER_KEY) !== undefined;
}

function hasAgent({ storage }: DurableObjectState): boolean {
  return storage.kv.get(AGENT_KEY) !== undefined;
}
