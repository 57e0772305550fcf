import * as z from "zod";
import { defineTool, ToolError } from "../../engine/tools/define-tool";
import { MAX_NOTES, NOTES, noteSchema } from "./note";

export const saveNote = defineTool({
  name: "save_note",
  title: "Save a note",
  description: "Saves a note for the signed-in person. All of their clients can read it.",
  scopes: ["notes:write"],
  input: z.object({
    text: z.string().trim().min(1).max(10_000).describe("The note, as plain text"),
  }),
  output: noteSchema,
  annotations: {
    readOnlyHint: false,
    destructiveHint: false,
    idempotentHint: false,
    openWorldHint: false,
  },
  async run({ text }, { storage }) {
    const record = await storage.add(NOTES, { text }, { maxRecords: MAX_NOTES });
    if (record === undefined) {
      throw new ToolError(
        `There are already ${MAX_NOTES} notes, which is the maximum. Delete some first.`,
      );
    }
    return { id: record.id, text, savedAt: record.createdAt };
  },
});
