import type { ResourceCollection } from "../../engine/tools/define-resource";
import { NOTES, noteValueSchema } from "./note";

const PAGE_SIZE = 100;
const NAME_LENGTH = 60;

/** The person's notes, for clients that read resources instead of calling tools. */
export const notesResource: ResourceCollection = {
  name: "notes",
  title: "Notes",
  description: "The notes of the signed-in person.",
  mimeType: "text/plain",
  scopes: ["notes:read"],
  uriPrefix: "note:///",
  async list({ after }, { storage }) {
    const { records, more } = await storage.list(NOTES, { limit: PAGE_SIZE, after });
    const entries = records.map(({ id, value }) => ({
      id,
      name: noteValueSchema.parse(value).text.slice(0, NAME_LENGTH),
    }));
    return { entries, next: more ? entries.at(-1)?.id : undefined };
  },
  async read(id, { storage }) {
    const record = await storage.get(NOTES, id);
    return record === undefined ? undefined : noteValueSchema.parse(record.value).text;
  },
};
