import * as z from "zod";

/** What is kept with a grant for its person to read; KV holds it in the clear. */
export const grantMetadataSchema = z.object({
  /** As the consent page named the client. */
  clientName: z.string(),
});
export type GrantMetadata = z.infer<typeof grantMetadataSchema>;
