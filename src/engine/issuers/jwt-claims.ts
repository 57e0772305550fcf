import * as z from "zod";
import type { JwtAuthorization } from "../config";
import type { ExternalClaims } from "./claims";
import type { PersonReader } from "./person-claims";
import { isOfClientItself, otherTokenMark } from "./token-marks";

/** Some servers send null or an empty string instead of leaving a claim out. */
const optionalText = z
  .string()
  .transform((text) => text || undefined)
  .optional()
  .catch(undefined);
const scopes = z.union([z.string().transform(scopesIn), z.array(z.string())]);

function scopesIn(text: string): string[] {
  return text.split(" ").filter((scope) => scope !== "");
}

const common = {
  iss: z.string(),
  sub: z.string().min(1),
  exp: z.number(),
  iat: z.number(),
  // A token that is bound to a key (RFC 7800) proves nothing without that key.
  cnf: z.undefined().optional(),
};

/** RFC 9068, section 2.2. */
const strictSchema = z.object({
  ...common,
  client_id: z.string().min(1),
  jti: z.string().min(1),
  scope: z.string().default("").transform(scopesIn),
});

/**
 * For servers that do not follow RFC 9068 (Auth0, Entra, Okta, Keycloak, Keycard): other names for the
 * client and the scopes, no `jti`. ID and refresh tokens are recognized by their claims and refused
 * (token-marks.ts), because the `typ` header of such servers does not distinguish them.
 */
const compatSchema = z
  .object({
    ...common,
    client_id: optionalText,
    azp: optionalText,
    cid: optionalText,
    appid: optionalText,
    scope: scopes.nullish(),
    scp: scopes.nullish(),
  })
  .transform(({ client_id, azp, cid, appid, scope, scp, ...claims }, context) => {
    const clientId = client_id ?? azp ?? cid ?? appid;
    if (clientId === undefined) {
      context.addIssue({ code: "custom", message: "The token names no client" });
      return z.NEVER;
    }
    return { ...claims, client_id: clientId, scope: scope ?? scp ?? [] };
  });

/**
 * What the payload of a verified JWT says.
 *
 * @returns the name of the claim at fault when the payload is not that of an access token under this profile.
 */
export function claimsOf(
  payload: unknown,
  profile: JwtAuthorization["profile"],
  personIn: PersonReader,
): ExternalClaims | { readonly refusedFor: string } {
  const mark = profile === "strict" ? undefined : otherTokenMark(payload);
  if (mark !== undefined) return { refusedFor: mark };
  const parsed = (profile === "strict" ? strictSchema : compatSchema).safeParse(payload);
  if (!parsed.success)
    return { refusedFor: String(parsed.error.issues[0]?.path[0] ?? "client_id") };
  const { iss: issuer, sub: subject, client_id: clientId, scope, exp } = parsed.data;
  return {
    issuer,
    subject,
    clientId,
    scopes: scope,
    expiresAtSeconds: exp,
    isOfClientItself: isOfClientItself(payload, { subject, clientId }),
    ...personIn(payload),
  };
}
