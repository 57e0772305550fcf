import { env } from "cloudflare:workers";
import { OAuthProvider } from "@cloudflare/workers-oauth-provider";
import { consent } from "./consent";
import { oauthEndpoints } from "./oauth-endpoints";

// A floor: what no server that checks its tokens with workers-oauth-provider can be faster than.

export default new OAuthProvider<Env>({
  ...oauthEndpoints,
  apiHandler: { fetch: async () => new Response("checked") },
  defaultHandler: consent,
  resourceMetadata: { resource: env.MCP_RESOURCE },
});
