import type { Connection, ConnectionContext } from "agents";
import { Server } from "#mcp-libraries";
import { auditFor } from "../../audit/audit";
import type { CallReport } from "../../audit/call-report";
import type { Principal } from "../../identity/principal";
import type { Services, ServicesFor } from "../../services";
import { logCall } from "../../telemetry/call-telemetry";
import { clientFamilyOf } from "../../telemetry/client-family";
import type { Caller } from "../../tools/define-tool";
import { withImplied } from "../../tools/scopes";
import { toolCallEvent } from "../call-audit";
import { serverInfo, serverOptions } from "../capabilities";
import { credentialSeal } from "../credential-header";
import { callerOf, toolContext } from "../tool-context";
import { DirectSession } from "./direct-session";
import { primeStream } from "./priming";
import { RunningCalls } from "./running-calls";
import { type CallRequest, serveOperations } from "./session-handlers";
import { sessionNameOf } from "./session-id";

/**
 * One MCP session, in a Durable Object. It keeps the protocol's state and who owns it; what a call
 * may do comes with each request (principal-header.ts), never from here.
 */
export class McpSession extends DirectSession {
  readonly #services: Services;
  readonly #calls = new RunningCalls();
  override server: Server;
  protected override readonly idleTtlSeconds: number;

  constructor(ctx: DurableObjectState, env: Env, servicesFor: ServicesFor) {
    super(ctx, env);
    this.#services = servicesFor(env);
    const { config, catalogue } = this.#services;
    this.idleTtlSeconds = config.sessionIdleTtlSeconds;
    this.server = new Server(serverInfo(config.serverName), serverOptions(catalogue));
  }

  /**
   * Stops the calls of a narrowed grant that run with more scopes than it has left. Not `async`: see
   * SessionLifetime.
   *
   * @param scopes what is left to the grant.
   */
  abortCallsBeyond(grantId: string, scopes: readonly string[]): void {
    const { allScopes } = this.#services.catalogue;
    this.#calls.abortBeyond(grantId, withImplied(scopes, allScopes));
  }

  protected override prepare(): void {
    const { config, catalogue } = this.#services;
    const seal = credentialSeal(config.sessionSecret);
    serveOperations(this.server, {
      catalogue,
      openCredential: seal.open,
      whileAllowed: (principal, signal, call) => this.#calls.run(principal, signal, call),
      callerOf: (principal) => this.#callerOf(principal),
      contextFor: (caller, call) => toolContext(this.#services, this.env, caller, call),
      journalFor: ({ principal }, request) => ({
        argumentsHash: this.#services.argumentsHash,
        logStacks: this.#services.config.logStacks,
        report: (report) =>
          this.tell(request.messageId, report, () => this.#tellOf(report, principal, request)),
      }),
    });
  }

  override async onConnect(connection: Connection, context: ConnectionContext): Promise<void> {
    primeStream(connection, context.request);
    await super.onConnect(connection, context);
  }

  #tellOf(call: CallReport, principal: Principal, { requestId, userAgent }: CallRequest): void {
    const sessionId = sessionNameOf(this.getSessionId());
    auditFor(this.env).record(toolCallEvent(principal, call, { requestId, sessionId }));
    const { clientId, clientName } = principal;
    const names = [clientName, this.server.getClientVersion()?.name];
    const client = clientFamilyOf(names, userAgent ?? null);
    logCall(this.env, call, { era: "session", client, clientId, requestId });
  }

  /** @throws when the session is somebody else's; the endpoint has answered 404 before that. */
  #callerOf(principal: Principal): Caller {
    if (!this.isOwner(principal)) {
      throw new Error("This session belongs to another person or client");
    }
    return callerOf(this.#services.config, principal);
  }
}
