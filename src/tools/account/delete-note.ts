import * as z from "zod";
import { defineTool, ToolError } from "../../engine/tools/define-tool";
import { NOTES } from "./note";

export const deleteNote = defineTool({
  name: "delete_note",
  title: "Delete a note",
  description: "Deletes one note of the signed-in person for good.",
  scopes: ["notes:write"],
  input: z.object({ id: z.string().describe("The note's id, from save_note or list_notes") }),
  output: z.object({ deleted: z.string().describe("The id of the deleted note") }),
  annotations: {
    readOnlyHint: false,
    destructiveHint: true,
    idempotentHint: true,
    openWorldHint: false,
  },
  async run({ id }, { storage }) {
    if (!(await storage.delete(NOTES, id))) {
      throw new ToolError(
        `There is no note with the id "${id}". list_notes shows the existing ones.`,
      );
    }
    return { deleted: id };
  },
});
