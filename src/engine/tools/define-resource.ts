import type { ToolContext } from "./define-tool";

/** A resource as a list shows it. */
export type ResourceEntry = { readonly id: string; readonly name: string };

/**
 * Something that clients can read for the person: a collection in which each member has an address.
 *
 * @example
 * export const notes: ResourceCollection = {
 *   name: "notes",
 *   title: "Notes",
 *   description: "The notes of the signed-in person.",
 *   mimeType: "text/plain",
 *   scopes: ["notes:read"],
 *   uriPrefix: "note:///",
 *   async list({ after }, { storage }) {
 *     const { records } = await storage.list("notes", { limit: 50, after });
 *     return { entries: records.map(({ id, createdAt }) => ({ id, name: createdAt })) };
 *   },
 *   read: async (id, { storage }) => JSON.stringify((await storage.get("notes", id))?.value),
 * };
 */
export type ResourceCollection<App = unknown> = {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly mimeType: string;
  readonly scopes: readonly string[];
  /** What comes before the id in an address, such as `note:///`. */
  readonly uriPrefix: string;
  /** One page of the members; `next` is the `after` of the next page, if there is one. */
  readonly list: (
    page: { readonly after?: string | undefined },
    context: ToolContext<App>,
  ) => Promise<{ entries: ResourceEntry[]; next?: string | undefined }>;
  /** The text of one member, or undefined when there is none. `id` comes from the client: parse it. */
  readonly read: (id: string, context: ToolContext<App>) => Promise<string | undefined>;
};

/** The address of a member (RFC 6570: `<uriPrefix>{id}`). */
export function resourceUri(collection: ResourceCollection<never>, id: string): string {
  return collection.uriPrefix + encodeURIComponent(id);
}

/** The id in an address of this collection; undefined for any other address. */
export function resourceId(collection: ResourceCollection<never>, uri: string): string | undefined {
  if (!uri.startsWith(collection.uriPrefix)) return undefined;
  try {
    return decodeURIComponent(uri.slice(collection.uriPrefix.length));
  } catch {
    return undefined;
  }
}
