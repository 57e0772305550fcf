import { globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { parseCatalogue } from "./catalogue-file.ts";
import type { Catalogue } from "./catalogue-schema.ts";
import { type Compilation, compileDocument } from "./compile-document.ts";
import type { JsonObject } from "./json.ts";
import { OpenApiError } from "./openapi-error.ts";
import { parseFile } from "./parse-document.ts";

export const DOCUMENT = "openapi.json";
export const CATALOGUE = "operations.yaml";
export const COMPILED = "compiled.ts";

/** The files of a toolset, as they are. */
export type ToolsetFiles = {
  readonly name: string;
  readonly folder: string;
  /** As people read it in messages: `src/tools/tickets`. */
  readonly shown: string;
};

export function toolsetFiles(projectDir: string, name: string): ToolsetFiles {
  return { name, folder: join(projectDir, "src/tools", name), shown: `src/tools/${name}` };
}

/** Every toolset that comes from a document. */
export function allToolsets(projectDir: string): ToolsetFiles[] {
  return globSync(`src/tools/*/${CATALOGUE}`, { cwd: projectDir })
    .map((file) => toolsetFiles(projectDir, basename(dirname(file))))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** @returns undefined when there is no such file. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * Compiles what lies in a toolset's folder, without the network.
 *
 * @throws OpenApiError also when there is no document, or no catalogue.
 */
export async function compileToolset({ folder, shown, name }: ToolsetFiles): Promise<{
  readonly document: JsonObject;
  readonly catalogue: Catalogue;
  readonly compilation: Compilation;
}> {
  const read = async (file: string) => {
    const text = await readIfThere(join(folder, file));
    if (text !== undefined) return text;
    throw new OpenApiError(
      "openapi_unreadable",
      `${shown}/${file}`,
      `There is no such file. Compile a document first: npm run openapi -- <file or URL> --name ${name}`,
    );
  };
  const { catalogue } = parseCatalogue(await read(CATALOGUE), `${shown}/${CATALOGUE}`);
  const document = parseFile(await read(DOCUMENT), `${shown}/${DOCUMENT}`);
  const compilation = compileDocument(document, {
    catalogue,
    ...baseOf(catalogue.document.source),
  });
  return { document, catalogue, compilation };
}

/** Relative servers start from the URL that a document came from. */
export const baseOf = (source: string): { base?: string } =>
  /^https?:\/\//i.test(source) ? { base: source } : {};
