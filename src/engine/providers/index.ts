import { cloudflare } from "./cloudflare";
import type { IdentityProviderDefinition } from "./define-provider";
import { gitHub } from "./github";
import { openIdConnect } from "./openid-connect";

/** The identity providers that `IDP` can name; the first one when it names none. */
export const identityProviders: readonly IdentityProviderDefinition[] = [
  openIdConnect,
  gitHub,
  cloudflare,
];
