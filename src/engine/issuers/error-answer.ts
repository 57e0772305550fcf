import * as z from "zod";
import { readBytes } from "../lib/read-bytes";

const MAX_ERROR_BYTES = 64 * 1_024;
const errorSchema = z.object({ error: z.string() });

/** The `error` of an answer (RFC 6749, section 5.2), if it has one. The body is read, so give it a clone. */
export async function errorCodeOf(response: Response): Promise<string | undefined> {
  try {
    const bytes = await readBytes(response.body, MAX_ERROR_BYTES);
    return errorSchema.safeParse(JSON.parse(new TextDecoder().decode(bytes))).data?.error;
  } catch {
    // It is not JSON, or it was cut off.
    return undefined;
  }
}
