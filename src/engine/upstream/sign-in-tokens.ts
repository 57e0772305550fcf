import type { UpstreamApi } from "../config";
import type { SignInCredential, UpstreamCredential } from "../identity/upstream-credential";
import type { TakenTokens } from "./taken-tokens";
import type { TokenSource } from "./token-source";
import { UpstreamError } from "./upstream-error";

/**
 * What the person's sign-in brought. It comes with each request, out of the access token's props, so a running
 * session has the fresh one at its next call.
 *
 * @throws UpstreamError when there is nothing, or nothing that is still good.
 */
export function liveSignIn(
  { displayName }: UpstreamApi,
  found: UpstreamCredential | undefined,
): SignInCredential {
  if (found?.kind !== "upstream-token") {
    throw new UpstreamError(
      "consent_required",
      `This sign-in brought no access to ${displayName}. Connect this server again.`,
    );
  }
  // Sent all the same, it would look like a consent that was taken back, and end the grant.
  if (found.expiresAtSeconds !== undefined && found.expiresAtSeconds * 1_000 <= Date.now()) {
    throw new UpstreamError(
      "forbidden",
      `The access to ${displayName} has run out. It is renewed when the client refreshes its own token: try again, and if it stays so, connect this server again.`,
    );
  }
  return found;
}

/**
 * Tokens for APIs that take those of the identity provider, from the person's sign-in there.
 *
 * @param endGrant ends the grant behind the request, unless the refused token was replaced meanwhile;
 *   then it resolves to false.
 */
export function signInTokens(
  credentialOf: () => Promise<UpstreamCredential | undefined>,
  endGrant: (accessToken: string) => Promise<boolean>,
  taken: TakenTokens,
): TokenSource {
  return {
    async accessToken(api) {
      const { accessToken, takenBy } = liveSignIn(api, await credentialOf());
      if (takenBy === api.url) taken.add(api, accessToken);
      return accessToken;
    },
    taken: (api, accessToken) => taken.add(api, accessToken),
    async refused(api, accessToken, challenge) {
      if (!taken.has(api, accessToken)) throw taken.neverTaken(api, challenge);
      const { displayName } = api;
      if (!(await endGrant(accessToken))) {
        throw new UpstreamError(
          "forbidden",
          `The access to ${displayName} was renewed while this call was under way. Try again.`,
        );
      }
      // The person has taken the consent back there. Nothing here is left to be used with it.
      throw new UpstreamError(
        "consent_required",
        `${displayName} does not accept your sign-in any more, so it has ended here as well. Connect this server again.`,
      );
    },
  };
}
