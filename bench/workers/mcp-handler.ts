import { env } from "cloudflare:workers";
import { OAuthProvider } from "@cloudflare/workers-oauth-provider";
import { McpServer } from "@modelcontextprotocol/server";
import { createMcpHandler } from "agents/mcp/server";
import { calculator } from "./calculator";
import { consent } from "./consent";
import { oauthEndpoints } from "./oauth-endpoints";

// A peer: createMcpHandler behind workers-oauth-provider, as the documentation of the two shows them.

function createServer(): McpServer {
  const server = new McpServer({ name: "Calculator", version: "1.0.0" });
  server.registerTool(calculator.name, calculator.config, calculator.run);
  return server;
}

const handler = createMcpHandler(createServer);

export default new OAuthProvider<Env>({
  ...oauthEndpoints,
  apiHandler: {
    fetch(request: Request, bindings: Env, ctx: ExecutionContext) {
      return handler(request, bindings, ctx);
    },
  },
  defaultHandler: consent,
  resourceMetadata: { resource: env.MCP_RESOURCE },
});
