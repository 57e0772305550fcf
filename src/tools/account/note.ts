import * as z from "zod";

/** The collection of the person's storage that holds the notes. */
export const NOTES = "notes";

/** How many notes a person can keep: enough for anyone, and a limit on what one account can store. */
export const MAX_NOTES = 1_000;

/** A note's stored value. */
export const noteValueSchema = z.object({ text: z.string() });

/** A note as tools show it. */
export const noteSchema = z.object({
  id: z.string(),
  text: z.string(),
  savedAt: z.iso.datetime(),
});
