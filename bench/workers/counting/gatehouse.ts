import gatehouse, {
  Grant as GrantObject,
  McpSession as Session,
} from "../../../test/fixture/index";

export {
  AuditOutbox,
  ServiceLink,
  ServiceRenewer,
  UpstreamRenewer,
} from "../../../test/fixture/index";

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

/** Its rows count as well: a session is noted with its grant. */
export class Grant extends GrantObject {
  constructor(ctx: DurableObjectState, env: Env) {
    super(countingState(ctx), countingEnv(env));
  }

  override alarm(): Promise<void> {
    count("objectRequests");
    return super.alarm();
  }
}

export default countingWorker(gatehouse);
