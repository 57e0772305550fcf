import * as z from "zod";

/** Tokens of the identity provider with which tools call APIs as the person. */
export const upstreamTokensSchema = z.object({
  accessToken: z.string().min(1),
  refreshToken: z.string().min(1).optional(),
  /** When the access token ends, in seconds since 1970; absent when the provider did not say. */
  expiresAtSeconds: z.number().optional(),
  scopes: z.array(z.string()),
  /** Only where it is exchanged. */
  idToken: z.string().min(1).optional(),
  /** Whom the provider says that they are of: what renews them must be of the same person. */
  subject: z.string().min(1).optional(),
  /** The base address of the API that has taken such a token at the sign-in itself. */
  takenBy: z.string().optional(),
});
export type UpstreamTokens = z.infer<typeof upstreamTokensSchema>;
