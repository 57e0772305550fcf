import { decodeJwt } from "jose";
import type { TokenUse } from "../config/token-use";
import type { UpstreamTokens } from "../identity/upstream-tokens";
import { isSameIssuer } from "./discovery";
import { UpstreamGrantEnded } from "./identity-provider";
import { upstreamTokens } from "./refreshed-tokens";
import type { ProviderTokens } from "./token-response";

/** What is asked for, and kept, of the tokens of an OpenID provider. */
export type OpenIdTokens = {
  /** Parameters of the authorization request: RFC 8707, section 2.1, and Auth0's `audience`. */
  readonly authorization: Record<string, string>;
  /** Parameters of the token request (RFC 8707, section 2.2). */
  readonly token: Record<string, string>;
  /** Those of a sign-in. @param asked its scopes. */
  ofSignIn(answer: ProviderTokens, subject: string, asked: readonly string[]): UpstreamTokens;
  /**
   * Those of a refresh.
   *
   * @throws UpstreamGrantEnded when they are another person's.
   */
  renewed(
    answer: ProviderTokens,
    before: UpstreamTokens,
    expected: { issuer: string; clientId: string },
  ): UpstreamTokens;
};

export function openIdTokens({ keepsIdToken, resource, audience }: TokenUse): OpenIdTokens {
  const token: Record<string, string> = resource === undefined ? {} : { resource };

  /** A refresh may bring no ID token; the one of before is not kept then, for it ends by itself. */
  function kept(answer: ProviderTokens, subject: string | undefined, asked: readonly string[]) {
    const { id_token: idToken } = answer;
    const tokens = { ...upstreamTokens(answer, asked), ...(subject !== undefined && { subject }) };
    if (!keepsIdToken || idToken === undefined) return tokens;
    const { iat = 0, exp = iat } = decodeJwt(idToken);
    const idTokenEnds = Math.floor(Date.now() / 1_000) + exp - iat;
    const { expiresAtSeconds = idTokenEnds } = tokens;
    return { ...tokens, idToken, expiresAtSeconds: Math.min(expiresAtSeconds, idTokenEnds) };
  }

  return {
    token,
    authorization: { ...token, ...(audience !== undefined && { audience }) },
    ofSignIn(answer, subject, asked) {
      const { expires_in: lifetime, refresh_token: refreshToken } = answer;
      if (lifetime !== undefined && refreshToken === undefined) {
        console.warn({ event: "upstream_no_refresh_token", lifetimeSeconds: lifetime });
      }
      return kept(answer, subject, asked);
    },
    renewed(answer, before, expected) {
      const { id_token: idToken } = answer;
      if (idToken !== undefined && !isOfSame(idToken, before.subject, expected)) {
        throw new UpstreamGrantEnded("The identity provider renewed the tokens of somebody else");
      }
      return kept(answer, before.subject, before.scopes);
    },
  };
}

/**
 * OpenID Connect Core, section 12.2. It came straight from the token endpoint, so TLS vouches for it (section
 * 3.1.3.7): were a key set asked that does not answer, tokens would be lost that are there once.
 */
function isOfSame(
  idToken: string,
  subject: string | undefined,
  { issuer, clientId }: { issuer: string; clientId: string },
): boolean {
  try {
    const { iss = "", aud, sub } = decodeJwt(idToken);
    return isSameIssuer(iss, issuer) && [aud].flat().includes(clientId) && sub === subject;
  } catch {
    return false;
  }
}
