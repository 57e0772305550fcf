import { connectionOf } from "../../config";
import type { Principal } from "../../identity/principal";
import type { Services } from "../../services";
import type { Round } from "./question-round";

/** Less than what clients wait for an answer. */
const WAIT_MS = 45_000;

/**
 * Waits for a person who has opened the address at which they connect a service, so that the call goes on by itself
 * once they have. A client comes back with the answer as soon as the address is open, before anything is connected
 * (MCP 2026-07-28, URL mode elicitation).
 */
export async function connectionsAwaited(
  { config, features: { connectedServices } }: Services,
  env: Env,
  principal: Principal,
  round: Round,
): Promise<void> {
  for (const declared of config.apis.values()) {
    const connection = connectionOf(declared);
    if (connection === undefined || round.connecting(connection.api) !== "accept") continue;
    await connectedServices?.allowedWithin(env, principal, connection, WAIT_MS);
  }
}
