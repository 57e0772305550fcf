import { env } from "cloudflare:workers";
import { OAuthProvider } from "@cloudflare/workers-oauth-provider";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { McpAgent } from "agents/mcp";
import { calculator } from "./calculator";
import { consent } from "./consent";
import { oauthEndpoints } from "./oauth-endpoints";

// A peer: McpAgent behind workers-oauth-provider, as the documentation of the two shows them.

export class CalculatorAgent extends McpAgent<Env> {
  override server = new McpServer({ name: "Calculator", version: "1.0.0" });

  override async init(): Promise<void> {
    this.server.registerTool(calculator.name, calculator.config, calculator.run);
  }
}

export default new OAuthProvider<Env>({
  ...oauthEndpoints,
  apiHandler: CalculatorAgent.serve("/mcp", { binding: "MCP_OBJECT" }),
  defaultHandler: consent,
  resourceMetadata: { resource: env.MCP_RESOURCE },
});
