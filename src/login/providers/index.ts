import type { IdentityProviderConfig } from "../../config";
import type { IdentityProvider } from "../identity-provider";
import { cloudflare } from "./cloudflare";
import { gitHub } from "./github";
import { openIdConnect } from "./openid-connect";

/** The identity provider that the operator configured. A new kind is one file here and one case. */
export function identityProvider(config: IdentityProviderConfig): IdentityProvider {
  switch (config.kind) {
    case "oidc":
      return openIdConnect(config);
    case "github":
      return gitHub(config);
    case "cloudflare":
      return cloudflare(config);
  }
}
