import { getCurrentAgent } from "agents";
import { McpSession as GatehouseSession } from "../../src/mcp/session";
import { statelessLaneOf } from "../../src/mcp/stateless";
import { createWorker } from "../../src/worker";
import { sessionServer } from "./fixtures/session-server";
import { statelessServer } from "./fixtures/stateless-server";

export { AuditOutbox } from "../../src/audit/outbox";
export { Grant } from "../../src/grants/grant";
export { UpstreamRenewer } from "../../src/grants/upstream-renewer";

/** Gatehouse with the tools, resources and prompts that the conformance suite asks for. Never deployed. */
export default createWorker(({ config }) => statelessLaneOf(() => statelessServer(config)));

/** A session of Gatehouse, with other things to call. */
export class McpSession extends GatehouseSession {
  override async init(): Promise<void> {
    this.server = sessionServer(() => this.#loseClient()).server;
  }

  /** Ends the stream of the call that is being answered; resolves when the client has come back to it. */
  async #loseClient(): Promise<void> {
    const lost = getCurrentAgent().connection;
    if (lost === undefined) throw new Error("This call has no stream");
    lost.close(1000, "To see whether the client comes back");
    const deadline = Date.now() + 10_000;
    while (!this.#isServedAgain(lost.id)) {
      if (Date.now() > deadline) throw new Error("The client did not come back");
      await scheduler.wait(20);
    }
  }

  #isServedAgain(streamId: string): boolean {
    const others = [...this.getConnections<{ streamId?: string }>()];
    return others.some(({ id, state }) => id !== streamId && state?.streamId === streamId);
  }
}
