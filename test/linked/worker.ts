import { gatehouse } from "../../src/engine";
import { issues, issuesAtLarge } from "../fixture/issues";
import { server } from "../fixture/server";

export { ServiceLink, ServiceRenewer } from "../../src/engine/linked/classes";

/** The server of the engine's tests, with the tools of a compiled document beside its own. Never deployed. */
const app = gatehouse({ ...server, toolsets: [...server.toolsets, issues, issuesAtLarge] });

export default app.worker;
export class McpSession extends app.McpSession {}
export class Grant extends app.Grant {}
export class AuditOutbox extends app.AuditOutbox {}
export class UpstreamRenewer extends app.UpstreamRenewer {}
