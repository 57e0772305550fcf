import { gatehouse } from "../../src/engine";
import { createWorker } from "../../src/engine/app/worker";
import { McpSession as GatehouseSession } from "../../src/engine/mcp/session/session";
import { statelessLaneOf } from "../../src/engine/mcp/stateless/handler";
import { servicesForEach } from "../../src/engine/services";
import { server } from "../fixture/server";
import { sessionServer } from "./fixtures/session-server";
import { statelessServer } from "./fixtures/stateless-server";

export { ServiceLink, ServiceRenewer } from "../../src/engine/linked/classes";

const app = gatehouse(server);
const servicesFor = servicesForEach(server);

export class Grant extends app.Grant {}
export class AuditOutbox extends app.AuditOutbox {}
export class UpstreamRenewer extends app.UpstreamRenewer {}

/** Gatehouse with the tools, resources and prompts that the conformance suite asks for. Never deployed. */
export default createWorker(servicesFor, ({ config }) =>
  statelessLaneOf(() => statelessServer(config)),
);

/** A session of Gatehouse, with other things to call. */
export class McpSession extends GatehouseSession {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env, servicesFor);
  }

  protected override prepare(): void {
    this.server = sessionServer((streamId) => this.#loseClient(streamId)).server;
  }

  /** Ends the stream of the call that is being answered; resolves when the client has come back to it. */
  async #loseClient(streamId: string): Promise<void> {
    await until(() => this.pending.find(streamId)?.isOpen === true);
    this.dropStream(streamId);
    await until(() => this.listening.isOpen(streamId));
  }
}

async function until(isSo: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error("It did not come to that within ten seconds");
    await scheduler.wait(20);
  }
}
