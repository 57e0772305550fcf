import { join, relative, resolve, sep } from "node:path";
import { readDocument } from "./bundle-document.ts";
import { parseCatalogue } from "./catalogue-file.ts";
import { changedOperations } from "./changes.ts";
import { checkToolsets } from "./check-toolsets.ts";
import { compileApi } from "./compile-document.ts";
import { compiledFile } from "./compiled-file.ts";
import { readApi } from "./document-operations.ts";
import { OpenApiError } from "./openapi-error.ts";
import { parseOpenApiOptions, USAGE } from "./openapi-options.ts";
import { parseFile } from "./parse-document.ts";
import { changeLines, compilationLines } from "./report.ts";
import { scaffold, serverLines } from "./scaffold.ts";
import {
  baseOf,
  CATALOGUE,
  COMPILED,
  compileToolset,
  DOCUMENT,
  readIfThere,
  type ToolsetFiles,
  toolsetFiles,
} from "./toolset-files.ts";
import { newCatalogue, updateCatalogue } from "./update-catalogue.ts";
import { writeFiles } from "./write-files.ts";

export type Surroundings = {
  /** The project that is changed, unless --project names another. */
  readonly projectDir: string;
  /** Where the person who typed the command is. */
  readonly folder: string;
  readonly print: (line: string) => void;
};

/**
 * Runs `npm run openapi`.
 *
 * @returns the exit code: 1 when something that is on could not be compiled, or --check found something.
 * @throws OpenApiError when nothing was written.
 */
export async function runOpenApi(
  args: readonly string[],
  { projectDir, folder, print }: Surroundings,
): Promise<number> {
  const options = parseOpenApiOptions(args);
  if (options.run === "help") {
    print(USAGE);
    return 0;
  }
  const project = options.project === undefined ? projectDir : resolve(folder, options.project);
  if (options.run === "check") {
    const faults = await checkToolsets(project);
    for (const fault of faults) print(fault);
    return faults.length === 0 ? 0 : 1;
  }
  const files = toolsetFiles(project, options.name);
  return options.source === undefined
    ? recompile(files, print)
    : fromSource(files, options.source, { projectDir: project, folder, print });
}

async function recompile(files: ToolsetFiles, print: (line: string) => void): Promise<number> {
  const startedAtMs = performance.now();
  const { compilation } = await compileToolset(files);
  const text = compiledFile(files.name, compilation.compiled);
  await writeFiles(files.folder, new Map([[COMPILED, text]]));
  for (const line of compilationLines(
    compilation,
    Buffer.byteLength(text),
    performance.now() - startedAtMs,
  ))
    print(line);
  return compilation.faults.length === 0 ? 0 : 1;
}

async function fromSource(
  files: ToolsetFiles,
  given: string,
  { projectDir, folder, print }: Surroundings,
): Promise<number> {
  const { name, shown } = files;
  const source = sourceFrom(given, folder, projectDir);
  const document = await readDocument(given, folder);
  const startedAtMs = performance.now();
  const api = readApi(document, baseOf(source).base);
  const before = await readIfThere(join(files.folder, CATALOGUE));
  const update =
    before === undefined
      ? newCatalogue(api, name, source)
      : updateCatalogue(before, `${shown}/${CATALOGUE}`, api, name, source);
  const { catalogue } = parseCatalogue(update.text, `${shown}/${CATALOGUE}`);
  const compilation = compileApi(api, catalogue);
  const compiled = compiledFile(name, compilation.compiled);
  const compiledMs = performance.now() - startedAtMs;

  const old = await readIfThere(join(files.folder, DOCUMENT));
  const changed =
    old === undefined ? [] : changedOperations(parseFile(old, `${shown}/${DOCUMENT}`), document);
  const starting = await missingOf(files, scaffold(name, api.title, api.defaultUrl));
  await writeFiles(
    files.folder,
    new Map([
      [DOCUMENT, `${JSON.stringify(document, null, 2)}\n`],
      [CATALOGUE, update.text],
      [COMPILED, compiled],
      ...starting,
    ]),
  );
  const isOn = (key: string) =>
    Object.hasOwn(catalogue.operations, key) && catalogue.operations[key]?.on === true;
  const added = before === undefined ? [] : update.added;
  for (const line of changeLines(added, changed, update.gone, isOn)) print(line);
  for (const line of compilationLines(compilation, Buffer.byteLength(compiled), compiledMs))
    print(line);
  if (before === undefined) {
    print(
      `Switch on what a model should have in ${shown}/${CATALOGUE}, then run: npm run openapi -- --name ${name}`,
    );
    // An index.ts that was there is a person's: they know where it is listed.
    if (starting.some(([file]) => file === "index.ts")) print(serverLines(name));
  }
  return compilation.faults.length === 0 ? 0 : 1;
}

/** A URL, or a path that means the same to whoever checks the project out. */
function sourceFrom(given: string, folder: string, projectDir: string): string {
  if (/^https?:\/\//i.test(given)) {
    const url = new URL(given);
    if (url.username === "" && url.password === "") return given;
    throw new OpenApiError(
      "openapi_usage",
      "",
      "The catalogue keeps the URL, so it cannot hold a password. Download the document first",
    );
  }
  return relative(projectDir, resolve(folder, given)).split(sep).join("/");
}

async function missingOf(
  files: ToolsetFiles,
  wanted: ReadonlyMap<string, string>,
): Promise<[string, string][]> {
  const missing: [string, string][] = [];
  for (const [name, text] of wanted) {
    if ((await readIfThere(join(files.folder, name))) === undefined) missing.push([name, text]);
  }
  return missing;
}
