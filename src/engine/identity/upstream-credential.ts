import * as z from "zod";
import { upstreamTokensSchema } from "./upstream-tokens";

/**
 * The credential in a request that lets tools call other APIs as its person. It is secret: it travels
 * with its own request, sealed, and is neither stored nor logged.
 */
export const upstreamCredentialSchema = z.discriminatedUnion("kind", [
  /** The caller's own access token, to be exchanged (RFC 8693); never to be sent to an API as it is. */
  z.object({ kind: z.literal("subject-token"), token: z.string().min(1) }),
  /** What the person's sign-in brought: for an API that takes it, or to be exchanged for a token of another. */
  upstreamTokensSchema
    .pick({ accessToken: true, expiresAtSeconds: true, idToken: true, takenBy: true })
    .extend({ kind: z.literal("upstream-token") }),
]);
export type UpstreamCredential = z.infer<typeof upstreamCredentialSchema>;
export type SignInCredential = Extract<UpstreamCredential, { kind: "upstream-token" }>;
