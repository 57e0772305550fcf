import { Hono } from "hono";
import { createConnectionsApp } from "../account/app";
import { browserSessions } from "../account/browser-session";
import { createSessionApp } from "../account/sign-in-app";
import { recentCalls } from "../audit/audit-query";
import { connectionOf } from "../config";
import { limitedByAddress } from "../grants/address-limit";
import { mayRegister } from "../grants/allowed-clients";
import { createAuthorizationServer } from "../grants/authorization-server";
import { boundedRegistration } from "../grants/bounded-registration";
import { OPERATOR_REVOCATION, operatorRevocation } from "../grants/operator-revocation";
import { ownTokenVerifier } from "../grants/own-tokens";
import { recordingRegistrations } from "../grants/registration-events";
import { refusingRevoked } from "../grants/revocation-check";
import { sharedRegistration } from "../grants/shared-registration";
import { tokenEndpoint } from "../grants/token-endpoint";
import type { ProtectedResources } from "../identity/protected-resources";
import { rememberingVerifier } from "../identity/verified-tokens";
import { signatures } from "../lib/signatures";
import { createLoginApp } from "../login/app";
import { formPostCallback } from "../login/form-post-callback";
import type { OwnAuthorization } from "../own-authorization";
import type { Services } from "../services";
import { withImplied } from "../tools/scopes";
import type { Authority } from "./auth-mode";

/** AUTH_MODE=provider: this Worker is the authorization server itself. */
export function ownAuthority(
  authorization: OwnAuthorization,
  {
    config: { serverName, sessionSecret, apis },
    catalogue,
    features: { connectedServices },
  }: Services,
  origin: string,
  resources: ProtectedResources,
): Authority {
  const serverThatFetches = (mayFetch: boolean) =>
    createAuthorizationServer(authorization, catalogue, origin, resources, () => mayFetch);
  // Its helpers look clients up once they are known to be allowed (login/only-allowed-clients.tsx).
  const server = serverThatFetches(true);
  // Nothing is fetched for a token request that names no grant.
  const withoutGrant = serverThatFetches(false);
  const serve = (request: Request, env: Env, ctx: ExecutionContext) =>
    withoutGrant.fetch(request, env, ctx);
  const helpers = (env: Env) => server.getOAuthApi(env);
  const registration = limitedByAddress(
    "REGISTRATIONS_PER_ADDRESS",
    recordingRegistrations(
      boundedRegistration(
        sharedRegistration(serve, helpers, (metadata) => mayRegister(authorization, metadata)),
      ),
    ),
  );
  const common = { serverName, authorization, origin };
  const proofs = signatures(sessionSecret);
  const sessions = browserSessions(proofs);
  const connections = [...apis.values()].flatMap((api) => connectionOf(api) ?? []);
  const connectPages =
    connectedServices === undefined || connections.length === 0
      ? new Hono<{ Bindings: Env }>()
      : connectedServices.pages({
          ...{ serverName, origin, connections, signatures: proofs, sessions },
          identityProviderName: authorization.identityProvider.displayName,
        });
  const verify = ownTokenVerifier(server, authorization, (scopes) =>
    withImplied(scopes, catalogue.allScopes),
  );
  return {
    issuers: [origin],
    requiredScopes: [],
    validateToken: refusingRevoked(
      authorization.revocationDelaySeconds,
      rememberingVerifier(verify),
    ),
    routes: [
      ["/.well-known/oauth-authorization-server", serve],
      [
        "/oauth/token",
        limitedByAddress(
          "TOKEN_REQUESTS_PER_ADDRESS",
          tokenEndpoint(serve, origin, new Set(catalogue.allScopes.map(({ name }) => name))),
        ),
      ],
      [OPERATOR_REVOCATION, operatorRevocation(authorization.operatorSecret, helpers, origin)],
      ...(authorization.dynamicClientRegistration
        ? [["/oauth/register", registration] as const]
        : []),
    ],
    login: new Hono<{ Bindings: Env }>()
      .route("/", formPostCallback())
      // First: it leaves callbacks that are not of its own sign-ins to the next.
      .route("/", createSessionApp({ ...common, signatures: proofs, sessions }))
      .route(
        "/",
        createLoginApp({ ...common, catalogue, helpers, sessions, secret: sessionSecret }),
      )
      .route(
        "/",
        createConnectionsApp({
          ...common,
          ...{ catalogue, signatures: proofs, sessions, recentCalls },
          servicesOf:
            connectedServices &&
            ((userId, env) => connectedServices.ofPerson(userId, env, connections)),
        }),
      )
      .route("/", connectPages),
  };
}
