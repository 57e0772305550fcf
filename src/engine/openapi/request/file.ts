import * as z from "zod";
import { isMediaType } from "./media-type";
import { refusedArgument } from "./refused-argument";

/** A file as a model gives it. */
export type GivenFile = {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly filename: string;
  readonly contentType: string | undefined;
};

/** Of one file; in base64, as much as a message of MCP may have. */
const MAX_BYTES = 3 * 1_024 * 1_024;

const fileSchema = z.object({
  base64: z.string(),
  filename: z.string().min(1).max(255).optional(),
  contentType: z.string().max(200).refine(isMediaType).optional(),
});

/**
 * @param place of the argument, for the error.
 * @throws ToolError when it is no `{ base64, filename?, contentType? }`, or too large.
 */
export function givenFile(place: string, value: unknown): GivenFile {
  const { success, data } = fileSchema.safeParse(value);
  if (!success) {
    throw refusedArgument(place, "expected a file, as { base64, filename?, contentType? }");
  }
  const { base64, filename = "file", contentType } = data;
  return { bytes: base64Bytes(place, base64), filename, contentType };
}

/**
 * Bytes that a model gives as base64 (RFC 4648, section 4), or as base64url.
 *
 * @throws ToolError when they are none, or too many.
 */
export function base64Bytes(place: string, value: unknown): Uint8Array<ArrayBuffer> {
  if (typeof value !== "string") throw refusedArgument(place, "expected base64");
  if (value.length > (MAX_BYTES * 4) / 3 + 4) {
    throw refusedArgument(place, `is larger than ${MAX_BYTES / 1_024 / 1_024} MiB`);
  }
  const text = decoded(value.replaceAll("-", "+").replaceAll("_", "/"));
  if (text === undefined) throw refusedArgument(place, "is not base64");
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function decoded(base64: string): string | undefined {
  try {
    return atob(base64);
  } catch {
    return undefined;
  }
}
