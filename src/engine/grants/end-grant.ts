import type { Principal } from "../identity/principal";
import { grantObject } from "./grant-id";
import { localRevocations } from "./local-revocations";
import { tokenIdOf } from "./provider/records";

/**
 * Ends the grant behind a request, because the identity provider's API refuses the token that came with
 * it. Other grants of the person go on.
 *
 * @returns false when the token was replaced meanwhile; then a later call of the client may have the new one.
 */
export async function endRefusedGrant(
  env: Env,
  { userId, clientId, grantId, resource }: Principal,
  upstreamAccessToken: string,
): Promise<boolean> {
  if (grantId === undefined) throw new TypeError("Another authorization server keeps the grant");
  const { origin } = new URL(resource);
  const grant = grantObject(env, { userId, grantId });
  const hasEnded = await grant.endIfRefused(origin, await tokenIdOf(upstreamAccessToken));
  if (hasEnded) {
    localRevocations.add({ grantId });
    console.warn({ event: "grant_ended", reason: "upstream_refused", clientId, grantId });
  }
  return hasEnded;
}
