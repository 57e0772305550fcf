import { defineApi } from "../../engine/config/define-api";

/** Cloudflare's API, called with the token of the person's sign-in with Cloudflare (IDP=cloudflare). */
export const cloudflareApi = defineApi({
  name: "cloudflare",
  displayName: "Cloudflare",
  variables: "CLOUDFLARE_API",
  defaultUrl: "https://api.cloudflare.com/client/v4",
  access: { by: "sign-in", identityProvider: "cloudflare" },
});
