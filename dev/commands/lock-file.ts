import * as z from "zod";

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({ optionalDependencies: z.record(z.string(), z.string()).optional() }),
  ),
});

/**
 * Finds optional packages that package-lock.json's packages name but that it does not contain.
 *
 * They are mostly builds for other systems. If a registry lacks one of them, npm silently leaves it out of the
 * lock; `npm ci` then fails, here or on the systems concerned.
 *
 * @param lock the parsed package-lock.json.
 * @returns one line per package, such as `wanted-package, optional for node_modules/wanting-package`.
 */
export function missingOptionalPackages(lock: unknown): string[] {
  const { packages } = lockSchema.parse(lock);
  return Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !candidatePaths(path, name).some((candidate) => candidate in packages))
      .map((name) => `${name}, optional for ${path || "this project"}`),
  );
}

/** Where a package at `path` would find the package `name`: beside its own, then further up. */
function candidatePaths(path: string, name: string): string[] {
  const parents = path === "" ? [] : path.split("/node_modules/");
  const folders = parents.map((_, depth) => parents.slice(0, depth + 1).join("/node_modules/"));
  return ["", ...folders].map((folder) => `${folder}${folder && "/"}node_modules/${name}`);
}
