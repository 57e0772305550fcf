import { gatehouse } from "../../../../engine";
import { server } from "./server";

export { ServiceLink, ServiceRenewer } from "../../../../engine/linked/classes";

/** The Worker of these tests: src/index.ts with another definition. Never deployed. */
const app = gatehouse(server);

export default app.worker;
export class McpSession extends app.McpSession {}
export class Grant extends app.Grant {}
export class AuditOutbox extends app.AuditOutbox {}
export class UpstreamRenewer extends app.UpstreamRenewer {}
