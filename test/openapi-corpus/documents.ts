import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliDecompressSync } from "node:zlib";

const folder = join(import.meta.dirname, "documents");

/** The names of the documents that are kept here (LICENSES.md). */
export const documentNames = readdirSync(folder)
  .filter((file) => file.endsWith(".json.br"))
  .map((file) => file.replace(".json.br", ""));

/** A document as its maker published it. */
export function readDocument(name: string): unknown {
  const bytes = brotliDecompressSync(readFileSync(join(folder, `${name}.json.br`)));
  return JSON.parse(bytes.toString());
}
