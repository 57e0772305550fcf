import type { ServiceConnection } from "../config";
import { linkObject } from "../linked/link-id";
import { revokeTokens } from "../linked/service-client";
import { logServiceFailure } from "../linked/service-failure";
import type { LinkView } from "../linked/service-link";

/** A service that the person has connected, as they see it. */
export type ConnectedService = { readonly connection: ServiceConnection; readonly link: LinkView };

/** The services that one person connected. Nobody else's can be reached by it, whatever a request names. */
export type ConnectedServices = {
  list(): Promise<readonly ConnectedService[]>;
  /**
   * Ends one here in any case, and at the service where that can be done (RFC 7009).
   *
   * @returns undefined when it is not connected.
   */
  end(api: string): Promise<{ service: string; isRevoked: boolean } | undefined>;
};

/** @param userId of the person: from their session, never from what a form or an address says. */
export function connectedServices(
  userId: string,
  env: Pick<Env, "SERVICE_LINK">,
  connections: readonly ServiceConnection[],
): ConnectedServices {
  return {
    async list() {
      const found = await Promise.all(
        connections.map(async (connection) => {
          const link = await linkObject(env, { userId, api: connection.api }).view();
          return link === undefined ? [] : [{ connection, link }];
        }),
      );
      return found.flat();
    },
    async end(api) {
      const connection = connections.find((candidate) => candidate.api === api);
      const tokens = connection && (await linkObject(env, { userId, api }).end());
      if (connection === undefined || tokens === undefined) return undefined;
      const isRevoked = await revokeTokens(connection, tokens).catch((error: unknown) => {
        logServiceFailure(connection, error);
        return false;
      });
      return { service: connection.displayName, isRevoked };
    },
  };
}
