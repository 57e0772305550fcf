import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build, type Plugin } from "esbuild";
import * as z from "zod";
import type { BindingKind } from "../../src/engine/config/index.ts";
import { DefinitionError } from "../../src/engine/lib/definition-error.ts";
import { projectDir } from "../server/processes.ts";

const texts = z.array(z.string());
const secretSchema = z.object({ name: z.string(), ask: z.enum(["must", "may", "no"]) });

const isFunction = (value: unknown) => typeof value === "function";

const factsSchema = z.object({
  definitionProblems: texts,
  lookFiles: texts,
  scopes: texts,
  knownVariables: texts,
  signInVariables: texts,
  providerSecrets: z.custom<(idp: unknown) => z.infer<typeof secretSchema>[]>(isFunction),
  needsIdentityKey: z.boolean(),
  apiSecrets: z.custom<(env: object) => z.infer<typeof secretSchema>[]>(isFunction),
  featureClasses: texts,
  configurationProblems:
    z.custom<(env: object, isBound: (name: string, kind: BindingKind) => boolean) => string[]>(
      isFunction,
    ),
});

/** What is known about a server without running it: see src/engine/server-facts.ts. */
export type ServerFacts = z.infer<typeof factsSchema>;

/**
 * Loads a server's definition in this process, built as the Worker is.
 *
 * @param module the module that exports it as `server`, from the project's folder.
 * @throws Error with what the definition threw: it names the tool, the toolset or the API.
 */
export async function readServerFacts(module = "./src/server"): Promise<ServerFacts> {
  const engine = join(import.meta.dirname, "../../src/engine/server-facts");
  const contents = `
    import { serverFacts } from ${JSON.stringify(engine)};
    import { server } from ${JSON.stringify(module)};
    export const facts = serverFacts(server);
  `;
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
  const file = join(tmpdir(), `gatehouse-definition-${randomUUID()}.mjs`);
  try {
    await writeFile(file, outputFiles[0]?.text ?? "");
    const { facts }: { facts?: unknown } = await import(pathToFileURL(file).href);
    return factsSchema.parse(facts);
  } finally {
    await rm(file, { force: true });
  }
}

/**
 * Loads the toolsets as the Worker would, makes the definitions that clients see, and judges the look.
 *
 * @param module see {@link readServerFacts}.
 * @param entry the Worker's, which has that definition.
 * @throws DefinitionError that names each tool that could not be listed, and why; each class that the entry does not
 *   export; each pair of colours that cannot be read; each file that is missing; or what a definition threw.
 */
export async function checkDefinitions(
  module = "./src/server",
  entry = "src/index.ts",
): Promise<void> {
  try {
    const [{ definitionProblems, featureClasses, lookFiles }, exported] = await Promise.all([
      readServerFacts(module),
      exportsOf(entry),
    ]);
    const problems = [
      ...definitionProblems,
      ...lookFiles
        .filter((path) => !existsSync(join(projectDir, "public", path)))
        .map((path) => `look: there is no public${path}`),
      ...featureClasses
        .filter((name) => !exported.includes(name))
        .map(
          (name) =>
            `${entry} does not export ${name}, which "connectedServices" of the definition needs: ` +
            'export { ServiceLink, ServiceRenewer } from "./engine/linked/classes"',
        ),
    ];
    if (problems.length > 0) throw new DefinitionError(problems.join("\n"));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new DefinitionError(`The server is not defined correctly:\n${why}`, { cause: error });
  }
}

/** The names that a module exports, except by `export *`. */
async function exportsOf(entry: string): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: projectDir,
    entryPoints: [entry],
    bundle: false,
    write: false,
    metafile: true,
    format: "esm",
    logLevel: "silent",
  });
  return Object.values(metafile.outputs).flatMap((output) => output.exports);
}

/** Modules of the Workers runtime are empty here: a definition does nothing with them until it is called. */
const withoutRuntime: Plugin = {
  name: "without the Workers runtime",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^cloudflare:/ }, ({ path }) => ({ path, namespace: "runtime" }));
    onLoad({ filter: /.*/, namespace: "runtime" }, () => ({
      contents: "module.exports = { DurableObject: class {}, WorkerEntrypoint: class {} };",
      loader: "js",
    }));
  },
};
