import * as z from "zod";
import { definePrompt } from "../../engine/tools/define-prompt";

export const summarizeNotes = definePrompt({
  name: "summarize_notes",
  title: "Summarize my notes",
  description: "Reads your notes and summarizes them.",
  scopes: ["notes:read"],
  arguments: z.object({
    focus: z.string().max(200).optional().describe("What to pay attention to, such as open tasks"),
  }),
  text: ({ focus }) =>
    "Read my notes with the tool list_notes, page by page, and summarize them in a short list." +
    (focus === undefined ? "" : ` Pay attention to: ${focus}.`),
});
