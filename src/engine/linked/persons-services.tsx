import type { ServiceConnection } from "../config";
import type { PersonsServices } from "../features";
import { linkObject } from "./link-id";
import { revokeTokens } from "./service-client";
import { logServiceFailure } from "./service-failure";
import type { LinkView } from "./service-link";
import { ServiceList } from "./service-list";

/** A service that the person has connected, as they see it. */
export type ConnectedService = { readonly connection: ServiceConnection; readonly link: LinkView };

/** @param userId of the person: from their session, never from what a form or an address says. */
export function personsServices(
  userId: string,
  env: Pick<Env, "SERVICE_LINK">,
  connections: readonly ServiceConnection[],
): PersonsServices {
  return {
    async section(formToken) {
      const found = await Promise.all(
        connections.map(async (connection): Promise<ConnectedService[]> => {
          const link = await linkObject(env, { userId, api: connection.api }).view();
          return link === undefined ? [] : [{ connection, link }];
        }),
      );
      return <ServiceList services={found.flat()} formToken={formToken} />;
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
