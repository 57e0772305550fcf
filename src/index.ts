import { gatehouse } from "./engine";
import { server } from "./server";

export { ServiceLink, ServiceRenewer } from "./engine/linked/classes";

const app = gatehouse(server);

export default app.worker;
export class McpSession extends app.McpSession {}
export class Grant extends app.Grant {}
export class AuditOutbox extends app.AuditOutbox {}
export class UpstreamRenewer extends app.UpstreamRenewer {}
