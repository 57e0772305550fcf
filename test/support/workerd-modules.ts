import { readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin, ViteUserConfig } from "vitest/config";

// Each file of tests that runs inside workerd loads all modules of the Worker again, each by a message to the
// test runner: some 1,500 files of packages, a minute of a core. Bundled once, they are a few dozen.

const projectDir = join(fileURLToPath(import.meta.url), "../../..");

/** Where modules stand that run inside workerd. */
const folders = [
  "src",
  "test/worker",
  "test/internet",
  "test/upstream",
  "test/linked",
  "test/fixture",
  "test/support",
];

/** What of src/ is not: what `npm start` runs beside a toolset, and a toolset's tests with real clients. */
const RUN_IN_NODE = /^tools\/[^/]+\/(?:local-api|test\/e2e)\//;

const IMPORTED = /(?:from|import) "((?![./])[^"]+)"/g;

/**
 * What is not bundled: what workerd or the test runner has; what only Node.js runs; and Hono, as the runner leaves
 * a JSX runtime out of the bundle, and there must be one copy.
 */
const NOT_BUNDLED =
  /^(?:node:|cloudflare:|vitest|@cloudflare\/vitest|playwright|@sparticuz|hono|oidc-provider|koa|wrangler|miniflare|.*\/stdio\.js$)/;

/** Every package, with its path inside, that is imported there: one that is left out would be there twice. */
function importedPackages(): string[] {
  const files = folders.flatMap((folder) =>
    readdirSync(join(projectDir, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => /\.tsx?$/.test(file) && !RUN_IN_NODE.test(file))
      .map((file) => join(projectDir, folder, file)),
  );
  const names = files.flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(IMPORTED)].map(([, name = ""]) => name),
  );
  return [...new Set(names)].filter((name) => !NOT_BUNDLED.test(name)).sort();
}

/** For `test.deps.optimizer.ssr`: the packages that the Worker and its tests import, each bundled once. */
export const bundledPackages = {
  enabled: true,
  include: importedPackages(),
  rolldownOptions: { external: [/^cloudflare:/, /^node:/, ...builtinModules] },
};

/**
 * Lets a project's global set-up, which runs in Node.js, load its packages as Node.js does: the plugin for workerd
 * has each of their files transformed, and some are three megabytes.
 */
export const packagesOfSetUp = {
  name: "gatehouse:packages-of-set-up",
  enforce: "post" as const,
  // Changed in place: what is returned is merged with the plugin's "all", and stays all.
  config({ test }: ViteUserConfig) {
    if (test?.server?.deps !== undefined) test.server.deps.inline = [RUN_IN_WORKERD];
  },
};

const RUN_IN_WORKERD =
  /^(?!.*\/node_modules\/(?:oidc-provider|wrangler|miniflare|@cloudflare\/vitest-plugin\/dist\/pool)\/)/;

declare global {
  /** Settles once a project has its bundle. Global, as each configuration file gets this module for itself. */
  var workerdBundle: Promise<void> | undefined;
}

/**
 * Lets all projects use one bundle of packages, and what one has transformed: the first that starts bundles, and the
 * others find it done. A copy of this project has its own, though it may have the same node_modules.
 */
export const oneBundle: Plugin = {
  name: "gatehouse:one-bundle",
  enforce: "post",
  // After Vitest, which has a folder for each project.
  config: {
    order: "post",
    handler: () => ({ cacheDir: join(projectDir, ".wrangler", "vite") }),
  },
  async configureServer({ environments }) {
    const before = globalThis.workerdBundle ?? Promise.resolve();
    globalThis.workerdBundle = before.then(() => environments.ssr.depsOptimizer?.init());
    await globalThis.workerdBundle;
  },
};
