import * as z from "zod";
import type { JwtAuthorization } from "../config";
import type { GroupsReader } from "../identity/groups";
import type { ExternalClaims } from "./claims";

const optionalText = z.string().optional().catch(undefined);
const scopes = z.union([z.string().transform(scopesIn), z.array(z.string())]);

function scopesIn(text: string): string[] {
  return text.split(" ").filter((scope) => scope !== "");
}

const person = {
  iss: z.string(),
  sub: z.string().min(1),
  exp: z.number(),
  iat: z.number(),
  name: optionalText,
  preferred_username: optionalText,
  email: optionalText,
  // Some servers send it as a string.
  email_verified: z.union([z.boolean(), z.stringbool()]).optional().catch(undefined),
  // A token that is bound to a key (RFC 7800) proves nothing without that key.
  cnf: z.undefined().optional(),
};

/** RFC 9068, section 2.2. */
const strictSchema = z.object({
  ...person,
  client_id: z.string().min(1),
  jti: z.string().min(1),
  scope: z.string().default("").transform(scopesIn),
});

/**
 * Of servers that do not keep to RFC 9068 (Auth0, Entra, Okta, Keycloak, Keycard): other names for
 * the client and the scopes, no `jti`. What shows an ID or a refresh token is refused by its claims,
 * because the `typ` header of such servers does not tell them apart.
 */
const compatSchema = z
  .object({
    ...person,
    client_id: optionalText,
    azp: optionalText,
    cid: optionalText,
    appid: optionalText,
    scope: scopes.optional(),
    scp: scopes.optional(),
    at_hash: z.undefined().optional(),
    c_hash: z.undefined().optional(),
    // Keycloak: "Bearer", "ID", "Refresh", "Offline". Cognito: "access", "id".
    typ: z.literal("Bearer").optional(),
    token_use: z.literal("access").optional(),
    nonce: z.unknown().optional(),
  })
  // Old versions of Keycloak repeat the nonce in access tokens; elsewhere it shows an ID token.
  .refine(({ nonce, typ }) => nonce === undefined || typ === "Bearer")
  .transform(({ client_id, azp, cid, appid, scope, scp, ...claims }, context) => {
    const clientId = client_id ?? azp ?? cid ?? appid;
    if (clientId === undefined || clientId === "") {
      context.addIssue({ code: "custom", message: "The token names no client" });
      return z.NEVER;
    }
    return { ...claims, client_id: clientId, scope: scope ?? scp ?? [] };
  });

/**
 * What the payload of a verified JWT says.
 *
 * @returns undefined when it is not that of an access token under this profile.
 */
export function claimsOf(
  payload: unknown,
  profile: JwtAuthorization["profile"],
  groupsIn: GroupsReader,
): ExternalClaims | undefined {
  const parsed = (profile === "strict" ? strictSchema : compatSchema).safeParse(payload);
  if (!parsed.success) return undefined;
  const claims = parsed.data;
  return {
    issuer: claims.iss,
    subject: claims.sub,
    clientId: claims.client_id,
    scopes: claims.scope,
    expiresAtSeconds: claims.exp,
    name: claims.name ?? claims.preferred_username,
    email: claims.email_verified === true ? claims.email : undefined,
    groups: groupsIn(payload) ?? [],
  };
}
