import * as z from "zod";

/**
 * The members that say what kind of token it is, in JWTs and in introspection answers alike:
 * `token_type` (RFC 7662, section 2.2; Glewlwyd and Django have other kinds of token there as well),
 * `token_use` (Ory Hydra, Authelia, Cognito), `typ` (Keycloak), `tokenType` (Casdoor), `tokenName` (ForgeRock).
 */
const TYPE_MEMBERS = ["token_type", "token_use", "typ", "tokenType", "tokenName"] as const;

/** Their values for an access token that needs no proof of a key. Any other value is refused. */
const ACCESS_TOKEN =
  /^(bearer|access|access[-_ ]?token|at|(application\/)?at\+jwt|urn:ietf:params:oauth:token-type:access_token)$/i;

/** Curity and FusionAuth. These names mean other things elsewhere, so only values of other token types count. */
const USE_MEMBERS = ["purpose", "tty"] as const;
const OTHER_USE = /^(id|it|refresh|rt|logout)([-_ ]?token)?$/i;

/** What only other kinds of token have: hashes of ID tokens (OpenID Connect Core, section 3.3.2.11), events (RFC 8417). */
const FOREIGN_MEMBERS = ["at_hash", "c_hash", "s_hash", "events"] as const;

const claimsSchema = z.record(z.string(), z.unknown());

/** The ways in which real servers say that a member is absent. */
const isAbsent = (value: unknown) => value === undefined || value === null || value === "";

/**
 * Looks for a sign that a token is not a plain access token, but a refresh, ID or logout token, or bound to a
 * key (RFC 7800) that it proves nothing without. Servers call all of these active, and sign them with the same
 * key.
 *
 * @param claims of a JWT with a verified signature, or of an introspection answer.
 * @returns the name of the member that shows it; undefined if there is none.
 */
export function otherTokenMark(claims: unknown): string | undefined {
  const said = claimsSchema.safeParse(claims).data ?? {};
  const has = (member: string) => !isAbsent(said[member]);
  const isAccessToken = (member: string) => {
    const type = said[member];
    return typeof type === "string" && ACCESS_TOKEN.test(type);
  };
  const type = TYPE_MEMBERS.find((member) => has(member) && !isAccessToken(member));
  const use = USE_MEMBERS.find((member) => OTHER_USE.test(String(said[member])));
  const foreign = type ?? use ?? FOREIGN_MEMBERS.find(has) ?? (has("cnf") ? "cnf" : undefined);
  if (foreign !== undefined) return foreign;
  // Old versions of Keycloak repeat the nonce in access tokens; elsewhere it shows an ID token.
  if (has("nonce") && !isAccessToken("typ")) return "nonce";
  // Access tokens may also say how the person signed in (RFC 9470), besides what they allow.
  if (has("scope") || has("scp")) return undefined;
  return ["auth_time", "amr"].find(has);
}

/**
 * Whether a token is for the client itself and not for a person (RFC 6749, section 4.4): its subject is the
 * client (RFC 9068, section 2.2), or the server says so in its own way (Auth0, FusionAuth; Entra; WSO2; Keycloak).
 */
export function isOfClientItself(
  claims: unknown,
  { subject, clientId }: { readonly subject: string; readonly clientId: string },
): boolean {
  const { gty, idtyp, aut, preferred_username, username } =
    claimsSchema.safeParse(claims).data ?? {};
  const name = preferred_username ?? username;
  return (
    subject === clientId ||
    [gty].flat().some((type) => type === "client-credentials" || type === "client_credentials") ||
    idtyp === "app" ||
    aut === "APPLICATION" ||
    (typeof name === "string" && name === `service-account-${clientId}`.toLowerCase())
  );
}
