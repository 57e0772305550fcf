import { randomUUID } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build, type Plugin } from "esbuild";
import * as z from "zod";
import { projectDir } from "./server/processes.ts";

/** Where the toolsets and the check of them are. The check is of the same build, so that classes are the same. */
const CHECK = `
  import { definitionProblems } from "../src/engine/tools/definition-problems";
  import { server } from "./src/server";
  export const problems = definitionProblems(server.toolsets);
`;
/** Those of a server whose tokens another authorization server issues. */
const SCOPES = `
  import { createCatalogue } from "../src/engine/tools/catalogue";
  import { server } from "./src/server";
  const { allScopes } = createCatalogue(server.toolsets, {
    has: ({ access }) => access.by === "exchange",
  });
  export const scopes = allScopes.map(({ name }) => name);
`;

/**
 * Loads the toolsets as the Worker would, and makes what clients are shown of them.
 *
 * @throws Error that names each tool that could not be listed, and why; or what a definition threw.
 */
export async function checkDefinitions(): Promise<void> {
  try {
    const { problems } = z.object({ problems: z.array(z.string()) }).parse(await load(CHECK));
    if (problems.length > 0) throw new Error(problems.join("\n"));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`The tools of this server are not defined rightly:\n${why}`, { cause: error });
  }
}

/** The scopes that the tools of this server declare, but for those that call the identity provider's API. */
export async function declaredScopes(): Promise<string[]> {
  return z.object({ scopes: z.array(z.string()) }).parse(await load(SCOPES)).scopes;
}

/** Runs a module of ours that imports src/, in which imports have no extension, in this process. */
async function load(contents: string): Promise<unknown> {
  const { outputFiles } = await build({
    absWorkingDir: projectDir,
    stdin: { contents, resolveDir: projectDir, loader: "ts" },
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    conditions: ["workerd", "worker"],
    plugins: [withoutRuntime],
    logLevel: "silent",
  });
  const file = join(tmpdir(), `gatehouse-definitions-${randomUUID()}.mjs`);
  try {
    await writeFile(file, outputFiles[0]?.text ?? "");
    return await import(pathToFileURL(file).href);
  } finally {
    await rm(file, { force: true });
  }
}

/** Modules of the Workers runtime are empty here: a definition does nothing with them until it is called. */
const withoutRuntime: Plugin = {
  name: "without the Workers runtime",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^cloudflare:/ }, ({ path }) => ({ path, namespace: "runtime" }));
    onLoad({ filter: /.*/, namespace: "runtime" }, () => ({
      contents: "module.exports = {};",
      loader: "js",
    }));
  },
};
