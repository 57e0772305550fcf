import * as z from "zod";
import { upstreamTokensSchema } from "./upstream-tokens";

/** The person, as the identity provider that signed them in describes them. */
export const identitySchema = z.object({
  /** The provider: an OpenID issuer, or `https://github.com`. */
  issuer: z.string().min(1),
  /** The provider's own, permanent id of the person. Never a login name or an e-mail address. */
  subject: z.string().min(1),
  name: z.string().optional(),
  /** Only an address that the provider says it has verified. */
  email: z.string().optional(),
  /** Of the groups that the provider says the person is in, those that the configuration names. */
  groups: z.array(z.string()).optional(),
  /** Claims that the configuration names for tools (OIDC_CLAIMS, TOKEN_CLAIMS), by those names. */
  claims: z.record(z.string(), z.unknown()).optional(),
});
export type Identity = z.infer<typeof identitySchema>;

/**
 * Who is calling, through which client, with what authority: everything that is known from the
 * access token of ONE request. It is made fresh for each request and never kept in a session, so
 * that a refreshed, narrowed or revoked token takes effect at the very next call.
 */
export const principalSchema = z.object({
  /** Opaque and stable; derived from issuer and subject (identity/user-id.ts). */
  userId: z.string().min(1),
  identity: identitySchema,
  clientId: z.string().min(1),
  clientName: z.string(),
  /** The grant behind the token; absent if an external authorization server keeps it. */
  grantId: z.string().min(1).optional(),
  /** What the token allows, with all that it implies. */
  scopes: z.array(z.string()),
  /** The protected resource that the token was issued for. */
  resource: z.string(),
  /** When the token ends, in seconds since 1970. */
  expiresAtSeconds: z.number(),
});
export type Principal = z.infer<typeof principalSchema>;

/**
 * What a grant keeps about its person and client: the `props` of workers-oauth-provider, which it
 * encrypts so that only the holder of a token can read them.
 */
export const grantPropsSchema = z.object({
  identity: identitySchema,
  clientName: z.string(),
  /** Absent if tools do not call the identity provider's API. */
  upstream: upstreamTokensSchema.optional(),
});
export type GrantProps = z.infer<typeof grantPropsSchema>;

/**
 * The props of an access token: those of its grant, and which grant that is. Refresh tokens stay with
 * the grant.
 */
export const tokenPropsSchema = grantPropsSchema.extend({
  grantId: z.string().min(1),
  upstream: upstreamTokensSchema.omit({ refreshToken: true, subject: true }).optional(),
});
export type TokenProps = z.infer<typeof tokenPropsSchema>;
