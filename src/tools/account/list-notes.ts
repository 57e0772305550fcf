import * as z from "zod";
import { defineTool } from "../../engine/tools/define-tool";
import { NOTES, noteSchema, noteValueSchema } from "./note";

export const listNotes = defineTool({
  name: "list_notes",
  title: "List notes",
  description: "Lists the notes of the signed-in person, newest first.",
  scopes: ["notes:read"],
  input: z.object({
    limit: z.int().min(1).max(100).default(50).describe("How many notes to return"),
    after: z
      .string()
      .optional()
      .describe("Continue after this note: nextAfter from the previous page"),
  }),
  output: z.object({
    notes: z.array(noteSchema),
    nextAfter: z.string().optional().describe("Present when there are more notes"),
  }),
  annotations: {
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: false,
  },
  async run({ limit, after }, { storage }) {
    const { records, more } = await storage.list(NOTES, { limit, after });
    return {
      notes: records.map((record) => ({
        id: record.id,
        text: noteValueSchema.parse(record.value).text,
        savedAt: record.createdAt,
      })),
      nextAfter: more ? records.at(-1)?.id : undefined,
    };
  },
});
