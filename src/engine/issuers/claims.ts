import type { Authenticated } from "../identity/authenticated";
import { userIdOf } from "../identity/user-id";

/** What an external authorization server says with a token, once the token has been checked. */
export type ExternalClaims = {
  readonly issuer: string;
  readonly subject: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly expiresAtSeconds: number;
  /** No person is behind it (RFC 6749, section 4.4). */
  readonly isOfClientItself: boolean;
  readonly name: string | undefined;
  /** Only an address that the issuer has verified. */
  readonly email: string | undefined;
  /** Of the groups that the person is in, those that the configuration names. */
  readonly groups: readonly string[];
  /** Those that the configuration names for tools. */
  readonly claims: Readonly<Record<string, unknown>>;
};

/**
 * The caller behind an external token.
 *
 * @param token becomes the subject token of an exchange; it goes no further.
 * @param withImplied adds the scopes that a token's scopes imply.
 */
export async function authenticatedBy(
  claims: ExternalClaims,
  token: string,
  resource: string,
  withImplied: (scopes: readonly string[]) => string[],
): Promise<Authenticated> {
  const { issuer, subject, clientId, name, email, groups, expiresAtSeconds } = claims;
  const { claims: named } = claims;
  return {
    principal: {
      userId: await userIdOf({ issuer, subject }),
      identity: {
        issuer,
        subject,
        ...(name !== undefined && { name }),
        ...(email !== undefined && { email }),
        ...(groups.length > 0 && { groups: [...groups] }),
        ...(Object.keys(named).length > 0 && { claims: { ...named } }),
      },
      clientId,
      // Clients are registered at the issuer, which does not provide their names.
      clientName: clientId,
      scopes: withImplied(claims.scopes),
      resource,
      expiresAtSeconds,
    },
    credential: { kind: "subject-token", token },
  };
}
