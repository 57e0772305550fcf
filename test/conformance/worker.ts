import { McpSession as GatehouseSession } from "../../src/mcp/session";
import { statelessLaneOf } from "../../src/mcp/stateless";
import { createWorker } from "../../src/worker";
import { sessionServer } from "./fixtures/session-server";
import { statelessServer } from "./fixtures/stateless-server";

/** Gatehouse with the tools, resources and prompts that the conformance suite asks for. Never deployed. */
export default createWorker((config) => statelessLaneOf(() => statelessServer(config)));

/** A session of Gatehouse, with other things to call. */
export class McpSession extends GatehouseSession {
  override async init(): Promise<void> {
    this.server = sessionServer().server;
  }
}
