import { defineToolset } from "../../engine/tools/define-toolset";
import { clearNotes } from "./clear-notes";
import { deleteNote } from "./delete-note";
import { listNotes } from "./list-notes";
import { notesResource } from "./notes-resource";
import { saveNote } from "./save-note";
import { summarizeNotes } from "./summarize-notes";
import { whoami } from "./whoami";

/** The person's own things: who they are here, and notes that all their clients share. */
export const account = defineToolset({
  name: "account",
  scopes: [
    {
      name: "account:read",
      description: "See who you are: name and e-mail address",
      baseline: true,
    },
    { name: "notes:read", description: "Read your notes", baseline: true },
    { name: "notes:write", description: "Save and delete your notes", baseline: true },
  ],
  tools: [whoami, saveNote, listNotes, deleteNote, clearNotes],
  resources: [notesResource],
  prompts: [summarizeNotes],
});
