import { createWorker } from "./worker";

export { Grant } from "./grants/grant";
export { McpSession } from "./mcp/session";

export default createWorker();
