import { createWorker } from "./worker";

export { AuditOutbox } from "./audit/outbox";
export { McpSession } from "./mcp/session";

export default createWorker();
