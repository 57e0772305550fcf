/// <reference path="../../dev/oidc-provider.d.ts" />

import { errors, Provider } from "oidc-provider";
import { openLocalServer } from "../../dev/local-servers/local-server.ts";
import { withoutAdvice } from "../../dev/local-servers/oidc-provider-advice.ts";
import { newSigningKey } from "../../dev/local-servers/signing-keys.ts";

/** A real authorization server that gives programs tokens of their own, for one API. */
export type MachineAuthority = {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  stop(): Promise<void>;
};

/** @param resource the API's, as the authorization server knows it (RFC 8707). */
export async function startMachineAuthority(resource: string): Promise<MachineAuthority> {
  const server = await openLocalServer("machine authority", 0);
  const clientId = "gatehouse";
  const clientSecret = "secret of a program: 100% + more";
  const provider = withoutAdvice(
    () =>
      new Provider(server.origin, {
        clients: [
          {
            client_id: clientId,
            client_secret: clientSecret,
            grant_types: ["client_credentials"],
            redirect_uris: [],
            response_types: [],
          },
        ],
        jwks: { keys: [newSigningKey()] },
        ttl: { ClientCredentials: 600 },
        features: {
          clientCredentials: { enabled: true },
          devInteractions: { enabled: false },
          resourceIndicators: {
            enabled: true,
            getResourceServerInfo: (_ctx: unknown, asked: string) => {
              if (asked !== resource) throw new errors.InvalidTarget();
              return {
                scope: "tickets:read",
                audience: resource,
                accessTokenFormat: "jwt",
                accessTokenTTL: 600,
                jwt: { sign: { alg: "RS256" } },
              };
            },
          },
        },
      }),
  );
  server.serve(provider.callback());
  return { issuer: server.origin, clientId, clientSecret, stop: server.stop };
}
