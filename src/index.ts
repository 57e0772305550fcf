import { createWorker } from "./engine/app/worker";

export { AuditOutbox } from "./engine/audit/outbox";
export { Grant } from "./engine/grants/grant";
export { UpstreamRenewer } from "./engine/grants/upstream-renewer";
export { McpSession } from "./engine/mcp/session/session";

export default createWorker();
