// Lets Node.js read modules of the Worker, whose declarations deploy needs: which variables and secrets
// there are. What only runs in a Worker (`cloudflare:workers`) is empty here and is not called.
// `import "./worker-modules.mjs"` first, then `await import()` the module.

import { existsSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";

const EMPTY = "data:text/javascript,";
const OF_WORKERS = `${EMPTY}${encodeURIComponent(
  "export const waitUntil = undefined; export class DurableObject {} export class WorkerEntrypoint {}",
)}`;

registerHooks({
  resolve(specifier, context, next) {
    if (specifier === "cloudflare:workers") return { url: OF_WORKERS, shortCircuit: true };
    return next(fileOf(specifier, context.parentURL) ?? specifier, context);
  },
});

/** Where the Worker's bundler would find a file that is imported without its extension. */
function fileOf(specifier, parent) {
  if (!specifier.startsWith(".") || parent === undefined) return undefined;
  const base = new URL(specifier, parent).href;
  return [`${base}.ts`, `${base}/index.ts`].find((url) => existsSync(fileURLToPath(url)));
}
