import { SignJWT } from "jose";
import type { IdentityKeys, UpstreamApi } from "../config";
import type { Principal } from "../identity/principal";
import { signingKey } from "../issuers/client-authentication";
import { UpstreamError } from "./upstream-error";

/** A call takes seconds; what an API logs is of no use a minute later. */
export const IDENTITY_TOKEN_TTL_SECONDS = 60;

/**
 * Makes the JWT by which this server says to an API for whom it calls (RFC 9068): issued by this origin, for that
 * API alone. `sub` is the user id here, `sub_id` the person at their identity provider (RFC 9493, section 3.2.4).
 *
 * @returns one JWT per call of it.
 * @throws UpstreamError when the API's audience is this server: the JWT would be good here.
 */
export function identityTokens(
  keys: IdentityKeys,
): (principal: Principal, api: UpstreamApi) => Promise<string> {
  // Imported once per isolate, when an API is first called.
  let imported: ReturnType<typeof signingKey> | undefined;
  return async (principal, api) => {
    imported ??= signingKey(keys.signingKey);
    const { key, kid, algorithm } = await imported;
    const { origin } = new URL(principal.resource);
    const audience = api.audience ?? api.resource ?? api.url;
    if (URL.canParse(audience) && new URL(audience).origin === origin) {
      throw new UpstreamError(
        "misconfigured",
        `${api.displayName} has this server's own address for its audience. Its operator needs to fix that.`,
      );
    }
    const { issuer, subject } = principal.identity;
    return new SignJWT({
      client_id: principal.clientId,
      scope: principal.scopes.join(" "),
      sub_id: { format: "iss_sub", iss: issuer, sub: subject },
    })
      .setProtectedHeader({ alg: algorithm, kid, typ: "at+jwt" })
      .setIssuer(origin)
      .setSubject(principal.userId)
      .setAudience(audience)
      .setJti(crypto.randomUUID())
      .setIssuedAt()
      .setExpirationTime(`${IDENTITY_TOKEN_TTL_SECONDS}s`)
      .sign(key);
  };
}
