import { gatehouse } from "../../src/engine";
import { server } from "./definition";

export { ServiceLink, ServiceRenewer } from "../../src/engine/linked/classes";

const app = gatehouse(server);

export default app.worker;
export class McpSession extends app.McpSession {}
export class Grant extends app.Grant {}
export class AuditOutbox extends app.AuditOutbox {}
export class UpstreamRenewer extends app.UpstreamRenewer {}
