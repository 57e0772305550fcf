import $RefParser from "@apidevtools/json-schema-ref-parser";
import { type DocumentSource, documentSource } from "./document-source.ts";
import { isObject, type JsonObject } from "./json.ts";
import { messageOf, OpenApiError } from "./openapi-error.ts";
import { parseFile } from "./parse-document.ts";

/**
 * Reads a document and what it refers to as one, whose references all stay inside.
 *
 * @param given a file's path from `folder`, or a URL.
 * @throws OpenApiError see {@link DocumentSource} and `parseFile`.
 */
export async function readDocument(given: string, folder: string): Promise<JsonObject> {
  const source = await documentSource(given, folder);
  const document = parseFile(await source.read(source.url), given);
  return refersToFiles(document) ? bundled(document, source) : document;
}

/** Of 3.x and 2.0: what holds values, not parts of the document, so that a `$ref` in it is text. */
const VALUES = new Set([
  "example",
  "examples",
  "default",
  "const",
  "enum",
  "value",
  "x-example",
  "x-examples",
]);

/** In these, each member is named by the document's author, also `example` and `default`. */
const NAMED = new Set([
  "properties",
  "patternProperties",
  "schemas",
  "definitions",
  "$defs",
  "responses",
  "parameters",
]);

function refersToFiles(value: unknown, named = false): boolean {
  if (Array.isArray(value)) return value.some((item) => refersToFiles(item));
  if (!isObject(value)) return false;
  if (!named && typeof value.$ref === "string" && !value.$ref.startsWith("#")) return true;
  return Object.entries(value).some(
    ([name, member]) => (named || !VALUES.has(name)) && refersToFiles(member, NAMED.has(name)),
  );
}

async function bundled(document: JsonObject, source: DocumentSource): Promise<JsonObject> {
  let fault: unknown;
  const keep = async <Value>(step: () => Value | Promise<Value>) => {
    try {
      return await step();
    } catch (error) {
      // The library's own error has lost the code.
      fault ??= error;
      throw error;
    }
  };
  const isValue = (path: string) => isInValue(path);
  try {
    const result: unknown = await $RefParser.bundle(source.url, structuredClone(document), {
      resolveExcludedPathMatcher: isValue,
      bundle: { excludedPathMatcher: isValue },
      resolve: {
        file: false,
        http: false,
        source: { order: 1, canRead: true, read: ({ url }) => keep(() => source.read(url)) },
      },
      parse: {
        ...{ json: false, yaml: false, text: false, binary: false },
        source: {
          order: 1,
          canParse: true,
          parse: ({ url, data }) => keep(() => parseFile(String(data), url)),
        },
      },
    });
    // Bundling can leave one object in two places.
    const copy: unknown = JSON.parse(JSON.stringify(result));
    if (isObject(copy)) return copy;
    throw new Error("The bundle is no object");
  } catch (error) {
    if (fault instanceof OpenApiError) throw fault;
    throw new OpenApiError(
      "openapi_reference",
      source.url,
      `A reference leads nowhere: ${messageOf(error)}`,
      { cause: error },
    );
  }
}

function isInValue(pointer: string): boolean {
  const names = pointer.split("/").slice(1);
  return names.some((name, index) => VALUES.has(name) && !NAMED.has(names[index - 1] ?? ""));
}
