import * as oauth from "oauth4webapi";
import * as z from "zod";

const secrets = { codeVerifier: z.string(), nonce: z.string() };

/** What is kept, sealed and bound to the browser, while the person is at the identity provider. */
export const pendingSignInSchema = z.discriminatedUnion("stage", [
  /** To find out who the person is, before they are asked anything. It gives no client a code. */
  z.object({
    stage: z.literal("who"),
    ...secrets,
    /** Of the authorization request's address, which they then come back to. */
    query: z.string(),
  }),
  /** After consent: it ends with the client's code. */
  z.object({
    stage: z.literal("grant"),
    ...secrets,
    /** Who consented: nobody else's sign-in counts. */
    userId: z.string(),
    clientName: z.string(),
    /** As the consent page posted it: for the audit only, which also records what was given. */
    scopesAsked: z.array(z.string()),
  }),
]);
export type PendingSignIn = z.infer<typeof pendingSignInSchema>;

/** What only this server knows of one sign-in. */
export function signInSecrets() {
  return { codeVerifier: oauth.generateRandomCodeVerifier(), nonce: oauth.generateRandomNonce() };
}
