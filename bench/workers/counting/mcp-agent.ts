import agent, { CalculatorAgent as Agent } from "../mcp-agent";
import { countingEnv } from "./bindings";
import { count } from "./counter";
import { countingWorker } from "./entry";
import { countingState } from "./object-storage";

export class CalculatorAgent extends Agent {
  constructor(ctx: DurableObjectState, env: Env) {
    super(countingState(ctx), countingEnv(env));
  }

  override async alarm(): Promise<void> {
    count("objectRequests");
    await super.alarm();
  }

  // Agent installs a handler of its lifecycle's only where its class has none.
  override async webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    count("objectMessages");
    await this.lifecycle.webSocketMessage(socket, message);
  }
}

export default countingWorker(agent);
