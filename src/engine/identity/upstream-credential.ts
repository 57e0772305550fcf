import * as z from "zod";

/**
 * The credential in a request that lets tools call other APIs as its person. It is secret: it travels
 * with its own request, sealed, and is neither stored nor logged.
 */
export const upstreamCredentialSchema = z.discriminatedUnion("kind", [
  /** The caller's own access token, to be exchanged (RFC 8693); never to be sent to an API as it is. */
  z.object({ kind: z.literal("subject-token"), token: z.string().min(1) }),
  /** A token of the API itself, from the person's sign-in there. */
  z.object({
    kind: z.literal("upstream-token"),
    accessToken: z.string().min(1),
    expiresAtSeconds: z.number().optional(),
  }),
]);
export type UpstreamCredential = z.infer<typeof upstreamCredentialSchema>;
