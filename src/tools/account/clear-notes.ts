import * as z from "zod";
import { defineTool, ToolError } from "../../engine/tools/define-tool";
import { NOTES } from "./note";

export const clearNotes = defineTool({
  name: "clear_notes",
  title: "Delete all notes",
  description: "Deletes every note of the signed-in person for good, after asking them.",
  scopes: ["notes:write"],
  input: z.object({}),
  output: z.object({ deleted: z.int().describe("How many notes were deleted") }),
  annotations: {
    readOnlyHint: false,
    destructiveHint: true,
    idempotentHint: true,
    openWorldHint: false,
  },
  async run(_args, { storage, ask }) {
    const asked = await ask({
      message: "Delete all of your notes? This cannot be undone.",
      answers: z.object({ confirm: z.boolean().describe("Yes, delete all of my notes") }),
    });
    if (asked.action !== "accept" || !asked.content.confirm) {
      throw new ToolError("The person did not agree, so no note was deleted.");
    }
    return { deleted: await storage.deleteAll(NOTES) };
  },
});
