import { join } from "node:path";
import { compiledFile } from "./compiled-file.ts";
import { messageOf, OpenApiError } from "./openapi-error.ts";
import {
  allToolsets,
  CATALOGUE,
  COMPILED,
  compileToolset,
  DOCUMENT,
  readIfThere,
  type ToolsetFiles,
} from "./toolset-files.ts";

/**
 * Compares every compiled toolset with what compiling gives now, without the network.
 *
 * @returns what is wrong, a text each; none when all is well.
 */
export async function checkToolsets(projectDir: string): Promise<string[]> {
  const faults: string[] = [];
  for (const files of allToolsets(projectDir)) {
    try {
      faults.push(...(await faultsOf(files)));
    } catch (error) {
      faults.push(
        error instanceof OpenApiError ? error.message : `${files.shown}: ${messageOf(error)}`,
      );
    }
  }
  return faults;
}

async function faultsOf(files: ToolsetFiles): Promise<string[]> {
  const { folder, name, shown } = files;
  const { catalogue, compilation } = await compileToolset(files);
  const again = `Run: npm run openapi -- --name ${name}`;
  const faults = compilation.faults.map(
    ({ place, message }) =>
      `${place.startsWith("#") ? `${shown}/${DOCUMENT}` : `${shown}/${CATALOGUE}`} ${place}: ${message} (catalogue_invalid)`,
  );
  const missing = compilation.api.operations.filter(
    ({ key }) => !Object.hasOwn(catalogue.operations, key),
  );
  const [first] = missing;
  if (first !== undefined) {
    faults.push(
      `${shown}/${CATALOGUE}: ${missing.length} operations of ${DOCUMENT} are not here, such as ${first.key} (compiled_outdated). ` +
        `Run: npm run openapi -- ${catalogue.document.source} --name ${name}`,
    );
  }
  if ((await readIfThere(join(folder, COMPILED))) !== compiledFile(name, compilation.compiled)) {
    faults.push(
      `${shown}/${COMPILED}: This is not what ${CATALOGUE} and ${DOCUMENT} compile to (compiled_outdated). ${again}`,
    );
  }
  return faults;
}
