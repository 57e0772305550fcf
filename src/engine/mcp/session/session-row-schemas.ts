import { JSONRPCRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import * as z from "zod";

/**
 * The rows of a session's object that are ours (docs/storage.md), all of version 1; see lib/stored-rows.ts.
 * Those of the Agents SDK are its own.
 */
export const sessionRowSchemas = {
  /** The session's owner. */
  props: z.object({
    userId: z.string(),
    clientId: z.string(),
    /** Absent if another server keeps the grants. */
    grantId: z.string().optional(),
  }),
  initializeRequest: JSONRPCRequestSchema,
  /** Milliseconds since 1970. */
  lastRequestAtMs: z.number(),
  missedAnswers: z.array(z.string()),
};
