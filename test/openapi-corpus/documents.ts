import { globSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync } from "node:zlib";

const folder = join(import.meta.dirname, "documents");
const examples = dirname(fileURLToPath(import.meta.resolve("@readme/oas-examples/package.json")));

/** Documents of companies, which are kept here (LICENSES.md). */
export const realDocuments = readdirSync(folder)
  .filter((file) => file.endsWith(".json.br"))
  .map((file) => basename(file, ".json.br"));

/** Small documents, each about a corner of the specification, of OpenAPI 2.0, 3.0 and 3.1. */
export const exampleDocuments = globSync("{2.0,3.0,3.1}/json/*.json", { cwd: examples })
  // Webhooks are requests to others, so the one has no operation; the other has a header that is a list of objects, to
  // which the specification gives no form.
  .filter((file) => !/\/(webhooks|circular-paths)\.json$/.test(file))
  .sort();

/** A document as its maker published it. */
export function readDocument(name: string): unknown {
  if (exampleDocuments.includes(name))
    return JSON.parse(readFileSync(join(examples, name), "utf8"));
  const bytes = brotliDecompressSync(readFileSync(join(folder, `${name}.json.br`)));
  return JSON.parse(bytes.toString());
}
