import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { version } from "../../package.json";
import { type Config, parseConfig } from "../config";
import { isAdmin } from "../identity/admins";
import type { Principal } from "../identity/principal";
import { personStorage, usageReport } from "../storage/d1";
import type { Caller, ToolContext } from "../tools/define-tool";
import { ResumableSession } from "./resumable-session";
import { serveTools } from "./tool-handlers";

/**
 * One MCP session, in a Durable Object. It keeps the protocol's state and who owns it; what a call
 * may do comes with each request (principal-header.ts), never from here.
 */
export class McpSession extends ResumableSession {
  readonly #config: Config;
  override server: Server;
  protected override readonly idleTtlSeconds: number;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#config = parseConfig(env);
    this.idleTtlSeconds = this.#config.sessionIdleTtlSeconds;
    const name = this.#config.serverName;
    this.server = new Server({ name, title: name, version }, { capabilities: { tools: {} } });
  }

  override async init(): Promise<void> {
    serveTools(this.server, {
      callerOf: (principal) => this.#callerOf(principal),
      contextFor: (caller, signal) => this.#contextFor(caller, signal),
    });
  }

  /** @throws when the session is somebody else's; the endpoint has answered 404 before that. */
  #callerOf(principal: Principal): Caller {
    const owner = this.props;
    if (owner?.userId !== principal.userId || owner.clientId !== principal.clientId) {
      throw new Error("This session belongs to another person or client");
    }
    return { principal, isAdmin: isAdmin(this.#config, principal) };
  }

  #contextFor(caller: Caller, signal: AbortSignal): ToolContext {
    const database = this.env.DB;
    return {
      ...caller,
      signal,
      storage: personStorage(database, caller.principal.userId),
      usage: usageReport(database),
    };
  }
}
