import * as z from "zod";
import { principalSchema } from "./principal";
import { upstreamCredentialSchema } from "./upstream-credential";

/** What a verified access token comes to: who calls, and by what they can be represented elsewhere. */
export const authenticatedSchema = z.object({
  principal: principalSchema,
  /** Absent where tools have no use for it. */
  credential: upstreamCredentialSchema.optional(),
});
export type Authenticated = z.infer<typeof authenticatedSchema>;
