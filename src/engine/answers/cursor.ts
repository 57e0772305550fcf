import * as z from "zod";
import { type ErrorCode, GatehouseError } from "../lib/gatehouse-error";
import type { Place } from "./part";

/** A cursor is not one that this call can go on from. */
export class CursorError extends GatehouseError {
  override readonly name = "CursorError";
  override readonly code = "cursor_invalid" satisfies ErrorCode;
}

/** Longer ones are not made: an answer is not worth one. */
export const MAX_CURSOR_CHARS = 400;

const cursorSchema = z.object({
  v: z.literal(1),
  /** The call that it goes on with ({@link callKey}). */
  c: z.string(),
  /** Where in the answer. */
  p: z.array(z.union([z.string(), z.int().min(0)])).min(1),
});

/** What a cursor keeps of a call, to tell it from others: a hash, equal for equal arguments in any order. */
export async function callKey(tool: string, args: unknown): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify([tool, inOrder(args)]));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return base64url(String.fromCharCode(...digest.subarray(0, 9)));
}

/** @returns undefined when it would be too long. */
export function cursorFor(call: string, place: Place): string | undefined {
  const json = JSON.stringify({ v: 1, c: call, p: [...place] } satisfies z.input<
    typeof cursorSchema
  >);
  if (json.length > MAX_CURSOR_CHARS) return undefined;
  const cursor = base64url(json.replace(/[^\x20-\x7e]/g, escaped));
  return cursor.length > MAX_CURSOR_CHARS ? undefined : cursor;
}

/**
 * Where the call goes on. A cursor decides nothing but that: whoever makes one up reads another place of what the
 * call answers anyway.
 *
 * @throws CursorError when it is none of ours, or of a call with other arguments.
 */
export function placeIn(cursor: string, call: string): Place {
  const parsed = cursorSchema.safeParse(decoded(cursor));
  if (!parsed.success) {
    throw new CursorError(
      "continue_from is not a cursor: give the one of the answer before, as it stands, or leave it out.",
    );
  }
  if (parsed.data.c !== call) {
    throw new CursorError(
      "continue_from belongs to a call with other arguments: repeat those exactly, or leave it out to start over.",
    );
  }
  return parsed.data.p;
}

function decoded(cursor: string): unknown {
  try {
    return JSON.parse(atob(cursor.replaceAll("-", "+").replaceAll("_", "/")));
  } catch {
    return undefined;
  }
}

// Not by Uint8Array's own methods: the tests of tools run in Node.js, which does not have them yet.
function base64url(binary: string): string {
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

const escaped = (character: string) =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** The same value with the members of its objects by name. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, inside]) => [name, inOrder(inside)]),
  );
}
