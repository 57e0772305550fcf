import { createWorker } from "./worker";

export { AuditOutbox } from "./audit/outbox";
export { Grant } from "./grants/grant";
export { UpstreamRenewer } from "./grants/upstream-renewer";
export { McpSession } from "./mcp/session";

export default createWorker();
