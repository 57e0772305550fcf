import { createWorker } from "./app/worker";
import { AuditOutbox } from "./audit/outbox";
import { Grant } from "./grants/grant";
import { UpstreamRenewer } from "./grants/upstream-renewer";
import { McpSession } from "./mcp/session/session";
import type { ServerDefinition } from "./server";
import { servicesForEach } from "./services";

/** The classes that a Worker exports for the engine, under their names in wrangler.jsonc. */
type Exported<Context, Instance> = new (ctx: Context, env: Env) => Instance;

export type Gatehouse = {
  /** The Worker's default export. */
  readonly worker: ReturnType<typeof createWorker>;
  readonly McpSession: Exported<DurableObjectState, McpSession>;
  readonly Grant: Exported<DurableObjectState, Grant>;
  readonly AuditOutbox: Exported<DurableObjectState, AuditOutbox>;
  readonly UpstreamRenewer: Exported<ExecutionContext, UpstreamRenewer>;
};

/**
 * The engine, given a server.
 *
 * @returns what the Worker's entry exports: see src/index.ts.
 */
export function gatehouse(definition: ServerDefinition): Gatehouse {
  const servicesFor = servicesForEach(definition);
  return {
    worker: createWorker(servicesFor),
    AuditOutbox,
    McpSession: class extends McpSession {
      constructor(ctx: DurableObjectState, env: Env) {
        super(ctx, env, servicesFor);
      }
    },
    Grant: class extends Grant {
      constructor(ctx: DurableObjectState, env: Env) {
        super(ctx, env, servicesFor);
      }
    },
    UpstreamRenewer: class extends UpstreamRenewer {
      constructor(ctx: ExecutionContext, env: Env) {
        super(ctx, env, servicesFor);
      }
    },
  };
}
