// The parts of agents and SDK v1 that run here. They import much for features that this server does not use;
// dev/bundle/prebuilt-libraries.ts builds them without it and separately, so that no tool's import is replaced.
// Import this as "#mcp-libraries": package.json leads there, and wrangler.jsonc to what was built of it.

export { Server } from "@modelcontextprotocol/sdk/server/index.js";
export { DurableObjectEventStore, McpAgent } from "agents/mcp";
export { createMcpHandler } from "agents/mcp/server";
