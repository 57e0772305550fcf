import * as z from "zod";

/** Tokens of the identity provider, for tools that call its API as the person. */
export const upstreamTokensSchema = z.object({
  accessToken: z.string().min(1),
  refreshToken: z.string().min(1).optional(),
  /** When the access token ends, in seconds since 1970; absent when the provider did not say. */
  expiresAtSeconds: z.number().optional(),
  scopes: z.array(z.string()),
});
export type UpstreamTokens = z.infer<typeof upstreamTokensSchema>;
