import * as z from "zod";
import { principalSchema } from "./principal";
import { upstreamCredentialSchema } from "./upstream-credential";

/** The result of verifying an access token: who calls, and the credential to call APIs for them. */
export const authenticatedSchema = z.object({
  principal: principalSchema,
  /** Absent if tools have no use for it. */
  credential: upstreamCredentialSchema.optional(),
});
export type Authenticated = z.infer<typeof authenticatedSchema>;
