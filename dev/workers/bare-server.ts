import { gatehouse } from "../../src/engine";
import { openIdConnect } from "../../src/engine/providers/openid-connect";
import { defineServer } from "../../src/engine/server";

// The engine itself: a server without tools, and without any feature that a definition has to bring along. It is
// built to be measured (dev/bundle/), and never deployed.
const app = gatehouse(
  defineServer({ name: "Bare", toolsets: [], identityProviders: [openIdConnect] }),
);

export default app.worker;
export class McpSession extends app.McpSession {}
export class Grant extends app.Grant {}
export class AuditOutbox extends app.AuditOutbox {}
export class UpstreamRenewer extends app.UpstreamRenewer {}
