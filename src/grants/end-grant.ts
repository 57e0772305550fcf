import type { Principal } from "../identity/principal";
import { protectedResources } from "../identity/protected-resources";
import type { Offering } from "../offering";
import { createAuthorizationServer } from "./authorization-server";

/**
 * Ends the grant behind a request: its tokens stop to work, and its client has to send the person to
 * sign in again. Other grants of the person go on.
 */
export async function endGrant(
  { config: { authorization }, catalogue }: Offering,
  env: Env,
  { userId, clientId, grantId, resource }: Principal,
): Promise<void> {
  if (authorization.mode !== "provider" || grantId === undefined) {
    throw new TypeError("The grant is kept by another authorization server");
  }
  const { origin } = new URL(resource);
  const server = createAuthorizationServer(
    authorization,
    catalogue,
    origin,
    protectedResources(origin),
  );
  await server.getOAuthApi(env).revokeGrant(grantId, userId);
  console.warn({ event: "grant_ended", reason: "upstream_refused", clientId, grantId });
}
