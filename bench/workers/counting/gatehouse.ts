import gatehouse, { McpSession as Session } from "../../../test/fixture/index";

export { AuditOutbox, Grant, UpstreamRenewer } from "../../../test/fixture/index";

import { countingEnv } from "./bindings";
import { count } from "./counter";
import { countingWorker } from "./entry";
import { countingState } from "./object-storage";

export class McpSession extends Session {
  constructor(ctx: DurableObjectState, env: Env) {
    super(countingState(ctx), countingEnv(env));
  }

  override alarm(): Promise<void> {
    count("objectRequests");
    return super.alarm();
  }

  override webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    count("objectMessages");
    return super.webSocketMessage(socket, message);
  }
}

export default countingWorker(gatehouse);
