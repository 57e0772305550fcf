import type { IdentityProviderConfig } from "../config";
import { cloudflare } from "./cloudflare";
import { gitHub } from "./github";
import type { IdentityProvider } from "./identity-provider";
import { openIdConnect } from "./openid-connect";

/**
 * The identity provider that the operator configured. A new kind is one file here and one case.
 *
 * @param groups those that the configuration names: a provider that knows them tells who is in them.
 */
export function identityProvider(
  config: IdentityProviderConfig,
  groups?: ReadonlySet<string>,
): IdentityProvider {
  switch (config.kind) {
    case "oidc":
      return openIdConnect(config, groups);
    case "github":
      return gitHub(config);
    case "cloudflare":
      return cloudflare(config);
  }
}
