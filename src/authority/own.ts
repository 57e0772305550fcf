import type { OwnAuthorization } from "../config";
import { limitedByAddress } from "../grants/address-limit";
import { mayRegister } from "../grants/allowed-clients";
import { createAuthorizationServer } from "../grants/authorization-server";
import { recordingRegistrations } from "../grants/registration-events";
import { sharedRegistration } from "../grants/shared-registration";
import { tokenEndpoint } from "../grants/token-endpoint";
import { ownTokenVerifier } from "../identity/own-tokens";
import type { ProtectedResources } from "../identity/protected-resources";
import { createLoginApp } from "../login/app";
import type { Offering } from "../offering";
import { withImplied } from "../tools/scopes";
import type { Authority } from "./authority";

/** AUTH_MODE=provider: this Worker is the authorization server itself. */
export function ownAuthority(
  authorization: OwnAuthorization,
  { config: { serverName }, catalogue }: Offering,
  origin: string,
  resources: ProtectedResources,
): Authority {
  const server = createAuthorizationServer(authorization, catalogue, origin, resources);
  const serve = (request: Request, env: Env, ctx: ExecutionContext) =>
    server.fetch(request, env, ctx);
  const helpers = (env: Env) => server.getOAuthApi(env);
  const registration = limitedByAddress(
    "REGISTRATIONS_PER_ADDRESS",
    recordingRegistrations(
      sharedRegistration(serve, helpers, (metadata) => mayRegister(authorization, metadata)),
    ),
  );
  return {
    issuers: [origin],
    requiredScopes: [],
    validateToken: ownTokenVerifier(server, authorization, (scopes) =>
      withImplied(scopes, catalogue.allScopes),
    ),
    routes: [
      ["/.well-known/oauth-authorization-server", serve],
      [
        "/oauth/token",
        limitedByAddress("TOKEN_REQUESTS_PER_ADDRESS", tokenEndpoint(serve, origin)),
      ],
      ...(authorization.dynamicClientRegistration
        ? [["/oauth/register", registration] as const]
        : []),
    ],
    login: createLoginApp({
      serverName,
      authorization,
      catalogue,
      origin,
      helpers,
    }),
  };
}
