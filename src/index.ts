import { createWorker } from "./worker";

export { McpSession } from "./mcp/session";

export default createWorker();
