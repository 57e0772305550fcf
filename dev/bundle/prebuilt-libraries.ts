import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { build, type Metafile, type Plugin } from "esbuild";
import { projectDir } from "../server/processes.ts";

/** The file that `alias` in wrangler.jsonc puts in place of `#mcp-libraries`. */
export const prebuiltFile = join(".wrangler", "prebuilt", "mcp-libraries.js");
const entry = join("src", "engine", "mcp", "libraries.ts");
const stubs = join(projectDir, "src", "engine", "stubs");

/** What these libraries import for features that are not used here, and what is built in its place. */
export const leftOut: Readonly<Record<string, string>> = {
  "@modelcontextprotocol/client": "mcp-client.ts",
  "@modelcontextprotocol/client/validators/cf-worker": "mcp-client.ts",
  ajv: "ajv.ts",
  "ajv-formats": "ajv-formats.ts",
  capnweb: "capnweb.ts",
  "cron-schedule": "cron-schedule.ts",
  mimetext: "mimetext.ts",
  zod: "zod.ts",
};

/** Packages that only the prebuilt module may bring into the Worker: on their own they are not trimmed. */
export const prebuiltPackages = [
  "@modelcontextprotocol/sdk/server/index.js",
  "@modelcontextprotocol/sdk/server/mcp.js",
  "agents",
  "agents/mcp",
  "agents/mcp/server",
];

/** Left to wrangler, so that each is in the Worker once: the engine and tools import them as well. */
const shared = ["cloudflare:*", "node:*", "zod", "zod/*", "@modelcontextprotocol/server"];
const SDK_TYPES = "@modelcontextprotocol/sdk/types.js";

/** A prebuilt module, and what esbuild says of it. Paths are the project's. */
export type PrebuiltLibraries = { readonly code: string; readonly metafile: Metafile };

/**
 * Builds agents and SDK v1 into one module, without what `leftOut` names. `build` in wrangler.jsonc makes
 * wrangler do so before each build of the Worker. Unlike an alias, which replaces an import everywhere,
 * this knows who imports: a tool that imports ajv or zod gets ajv or zod.
 *
 * @throws Error when the libraries import something of a stub that it does not have, or nothing imports a
 *   stub any more: both after an upgrade.
 */
export async function prebuildLibraries(): Promise<PrebuiltLibraries> {
  const replaced = new Set<string>();
  const { outputFiles, metafile } = await build({
    absWorkingDir: projectDir,
    entryPoints: [entry],
    outfile: prebuiltFile,
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["workerd", "worker", "browser"],
    target: "es2024",
    // So that the source maps of the Worker name the libraries' own lines.
    sourcemap: "inline",
    sourcesContent: false,
    external: shared,
    // An import that a stub does not have is an error, not a warning.
    logOverride: { "import-is-undefined": "error" },
    plugins: [stubsInPlace(replaced), zodByName],
    logLevel: "silent",
  });
  const unused = Object.keys(leftOut).filter((name) => !replaced.has(name));
  if (unused.length > 0) {
    throw new Error(`No library imports ${unused.join(", ")}: it can go from ${import.meta.url}`);
  }
  const [output] = outputFiles;
  if (output === undefined) throw new Error("esbuild built nothing");
  return { code: output.text, metafile };
}

/** Builds the libraries, and writes the module where wrangler finds it. Others may do so at the same time. */
export async function writePrebuiltLibraries(): Promise<void> {
  const { code } = await prebuildLibraries();
  const file = join(projectDir, prebuiltFile);
  // An unchanged file does not trigger a `wrangler dev` that watches it.
  if ((await readFile(file, "utf8").catch(() => undefined)) === code) return;
  await mkdir(dirname(file), { recursive: true });
  const written = `${file}.${randomUUID()}`;
  await writeFile(written, code);
  await rename(written, file);
}

function stubsInPlace(replaced: Set<string>): Plugin {
  return {
    name: "stubs",
    setup({ onResolve }) {
      onResolve({ filter: /^[^./]/ }, ({ path, importer }) => {
        const stub = leftOut[path];
        // Only agents gets the stub of zod; only libraries get the other stubs.
        if (stub === undefined || !isIn(path === "zod" ? "agents" : "", importer)) return undefined;
        replaced.add(path);
        return { path: join(stubs, stub) };
      });
      // SDK v1's own types are shared as well, and SDK v1 imports them by a relative path.
      onResolve({ filter: /(^|\/)types\.js$/ }, ({ path, importer }) =>
        path === SDK_TYPES ||
        (/^\.\.?\/types\.js$/.test(path) && isIn("@modelcontextprotocol/sdk", importer))
          ? { path: SDK_TYPES, external: true }
          : undefined,
      );
    },
  };
}

/**
 * agents imports zod's namespace as a value (`import { z }`), and esbuild cannot see which members it uses. With
 * `import *` it can, and refuses what the stub of zod does not have.
 */
const zodByName: Plugin = {
  name: "zod by name",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]node_modules[\\/]agents[\\/]dist[\\/].*\.js$/ }, async ({ path }) => {
      const code = await readFile(path, "utf8");
      return {
        contents: code.replaceAll(/^import \{ z \} from "zod";$/gm, 'import * as z from "zod";'),
      };
    });
  },
};

/** By its real path, which is elsewhere if node_modules is a link. An empty name is any package. */
function isIn(packageName: string, file: string): boolean {
  const folder = join("node_modules", packageName, "/").replaceAll("\\", "/");
  return file.replaceAll("\\", "/").includes(`/${folder}`);
}
