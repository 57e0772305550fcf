import type { CloudflareStandIn } from "./stand-in.ts";

/** The Worker's variables, for people to sign in at the stand-in. */
export function cloudflareVariables(standIn: CloudflareStandIn): Record<string, string> {
  return {
    IDP: "cloudflare",
    CLOUDFLARE_CLIENT_ID: standIn.clientId,
    CLOUDFLARE_CLIENT_SECRET: standIn.clientSecret,
    CLOUDFLARE_OAUTH_URL: standIn.origin,
    CLOUDFLARE_API_URL: standIn.apiUrl,
  };
}
