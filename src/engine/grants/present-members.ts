import * as z from "zod";

const objectSchema = z.record(z.string(), z.unknown());

/**
 * A client's metadata without the members that say nothing: null, empty text, an empty list. Clients
 * write out what they have no value for (`"client_uri": ""`), and mean that they have none.
 *
 * @returns what is no object as it is: whoever reads it refuses it.
 */
export function presentMembers(metadata: unknown): unknown {
  const parsed = objectSchema.safeParse(metadata);
  if (!parsed.success) return metadata;
  return Object.fromEntries(
    Object.entries(parsed.data).filter(([, value]) => saysSomething(value)),
  );
}

function saysSomething(value: unknown): boolean {
  if (value === null || value === "") return false;
  return !Array.isArray(value) || value.length > 0;
}
