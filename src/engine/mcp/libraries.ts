// What runs here of agents and of SDK v1. They import much for features that this server does not use, and
// dev/prebuilt-libraries.ts builds them without it, by themselves: so what a tool imports is never replaced.
// Import this as "#mcp-libraries": package.json leads there, and wrangler.jsonc to what was built of it.

export { Server } from "@modelcontextprotocol/sdk/server/index.js";
export { DurableObjectEventStore, McpAgent } from "agents/mcp";
export { createMcpHandler } from "agents/mcp/server";
