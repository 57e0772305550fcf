/// <reference path="../oidc-provider.d.ts" />

import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose";
import type { Provider } from "oidc-provider";
import * as z from "zod";

/** The claim that names the grant of one of this server's JWTs. */
export const GRANT_CLAIM = "grant";

/** Who a token is for, where it is valid, and what it allows. */
export type Subject = {
  accountId: string;
  audience: readonly string[];
  scopes: readonly string[];
};

const claimsSchema = z.object({
  sub: z.string(),
  client_id: z.string(),
  aud: z.union([z.string(), z.array(z.string())]).transform((aud) => [aud].flat()),
  scope: z
    .string()
    .default("")
    .transform((scope) => scope.split(" ")),
  [GRANT_CLAIM]: z.string(),
});

/**
 * Reads an access token that was issued here: an opaque one, which is stored, or a JWT, which its signature
 * proves.
 *
 * @param publicKeys what this server signs with now.
 * @returns undefined for an invalid token: forged, from another server, expired, or revoked. A JWT counts as
 *   revoked when the person's grant has ended, which resource servers that only verify it cannot know.
 */
export async function readSubjectToken(
  provider: Provider,
  publicKeys: JSONWebKeySet,
  token: string,
): Promise<Subject | undefined> {
  const found = (await keptToken(provider, token)) ?? (await jwt(provider, publicKeys, token));
  if (found === undefined) return undefined;
  const { grantId, accountId, clientId, ...rest } = found;
  const grant = await provider.Grant.find(grantId);
  if (grant?.accountId !== accountId || grant.clientId !== clientId) return undefined;
  return { accountId, ...rest };
}

type Found = Subject & { grantId: string; clientId: string };

async function keptToken(provider: Provider, token: string): Promise<Found | undefined> {
  const kept = await provider.AccessToken.find(token);
  if (!kept?.isValid || kept.accountId === undefined || kept.grantId === undefined) {
    return undefined;
  }
  const { accountId, clientId, grantId, aud = [], scopes } = kept;
  return { accountId, clientId, grantId, audience: [aud].flat(), scopes: [...scopes] };
}

async function jwt(
  provider: Provider,
  publicKeys: JSONWebKeySet,
  token: string,
): Promise<Found | undefined> {
  try {
    const { payload } = await jwtVerify(token, createLocalJWKSet(publicKeys), {
      issuer: provider.issuer,
      typ: "at+jwt",
      requiredClaims: ["exp"],
    });
    const { sub, client_id, aud, scope, [GRANT_CLAIM]: grantId } = claimsSchema.parse(payload);
    return { accountId: sub, clientId: client_id, grantId, audience: aud, scopes: scope };
  } catch {
    return undefined;
  }
}
