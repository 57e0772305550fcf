import type { ApiAnswer } from "../../engine/upstream/api-answer";
import { UpstreamError } from "../../engine/upstream/upstream-error";
import { visible } from "./table";

/** A file of a Worker's script. */
export type Module = {
  readonly name: string;
  readonly contentType: string;
  /** Undefined for anything but text, such as WebAssembly. */
  readonly code: string | undefined;
};

const TEXT = /^(text\/|application\/(javascript|json|source-map|typescript))/i;

/**
 * Splits a downloaded script into its files. The API answers with the file itself for a Worker of one file in the
 * old format (service worker), and with multipart/form-data (RFC 7578) for modules.
 *
 * @throws UpstreamError when it cannot be read.
 */
export async function modulesOf({ contentType, body }: ApiAnswer): Promise<Module[]> {
  if (!/^multipart\/form-data\b/i.test(contentType)) {
    return [{ name: "worker.js", contentType, code: body }];
  }
  const headers = { "content-type": contentType };
  const form = await new Response(body, { headers }).formData().catch(() => {
    throw new UpstreamError("unavailable", "Cloudflare sent a script that cannot be read.");
  });
  return Promise.all(
    [...form].map(async ([field, part]) => {
      if (typeof part === "string") {
        return { name: visible(field), contentType: "text/plain", code: part };
      }
      return {
        name: visible(part.name || field),
        contentType: visible(part.type),
        code: TEXT.test(part.type) ? await part.text() : undefined,
      };
    }),
  );
}
