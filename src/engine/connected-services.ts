import type { ConnectedServices } from "./features";
import { createConnectApp } from "./linked/connect-app";
import { linkObject } from "./linked/link-id";
import { linkedTokens } from "./linked/linked-tokens";
import { personsServices } from "./linked/persons-services";

/**
 * Lets people connect other services, for the APIs with `access: { by: "connection" }`: name it in the server's
 * definition. The Worker's entry then exports the classes of linked/classes.ts as well (docs/connected-services.md).
 */
export const connectedServices: ConnectedServices = {
  tokens: linkedTokens,
  async allowedWithin(env, { userId, clientId }, { api }, milliseconds) {
    await linkObject(env, { userId, api }).allowedWithin(clientId, milliseconds);
  },
  pages: createConnectApp,
  ofPerson: personsServices,
};
