import * as z from "zod";

/** What is read of a metafile of esbuild (https://esbuild.github.io/api/#metafile). Paths are the project's. */
export const metafileSchema = z.object({
  inputs: z.record(
    z.string(),
    z.object({
      imports: z.array(z.object({ path: z.string(), original: z.string().optional() })),
    }),
  ),
  outputs: z.record(
    z.string(),
    z.object({ inputs: z.record(z.string(), z.object({ bytesInOutput: z.number() })) }),
  ),
});
export type Metafile = z.infer<typeof metafileSchema>;

/** Minified bytes, by package; what is no package's is ours. */
export type Contents = Readonly<Record<string, number>>;

const OURS = "this project";

/** What each package takes of a bundle, the largest first. Nothing that takes nothing is listed. */
export function contentsOf(metafile: Metafile): Contents {
  const bytes = new Map<string, number>();
  for (const [path, bytesInOutput] of filesOf(metafile)) {
    const name = packageOf(path) ?? OURS;
    bytes.set(name, (bytes.get(name) ?? 0) + bytesInOutput);
  }
  return Object.fromEntries([...bytes].sort(([, one], [, other]) => other - one));
}

/**
 * Checks that what `alias` in wrangler.jsonc leaves out is left out, and that each alias is still needed:
 * an upgrade may import something else, or no more.
 *
 * @param aliases what is imported, to the file that is built in its place.
 * @returns a line for each problem.
 */
export function aliasProblems(
  metafile: Metafile,
  aliases: Readonly<Record<string, string>>,
): string[] {
  const dead = Object.keys(aliases).filter((alias) => !isImported(metafile, alias));
  // Where a part of a package is replaced, the rest of it may be there.
  const replaced = new Set(Object.keys(aliases).filter((name) => packageNameOf(name) === name));
  const present = filesOf(metafile)
    .map(([path]) => path)
    .filter((path) => (isOfZod(path) ? isLanguage(path) : replaced.has(packageOf(path) ?? "")));
  return [
    ...dead.map((alias) => `No dependency imports ${alias}: its alias in wrangler.jsonc can go.`),
    ...present.map((path) => `${path} should be left out: an alias in wrangler.jsonc misses it.`),
  ];
}

/** Whether a dependency's file that is in the bundle imports it; that we do says nothing. */
function isImported(metafile: Metafile, name: string): boolean {
  return filesOf(metafile).some(
    ([path]) =>
      packageOf(path) !== undefined &&
      metafile.inputs[path]?.imports.some(({ original }) => original === name),
  );
}

/** Of zod only what its namespace brings is left out: above all the languages that are not English. */
const isOfZod = (path: string) => packageOf(path) === "zod";
const isLanguage = (path: string) => /\/locales\/(?!en\.js$)/.test(path);

function filesOf({ outputs }: Metafile): [path: string, bytesInOutput: number][] {
  return Object.values(outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .map(([path, { bytesInOutput }]): [string, number] => [path, bytesInOutput])
    .filter(([, bytesInOutput]) => bytesInOutput > 0);
}

function packageOf(path: string): string | undefined {
  const marker = "node_modules/";
  const at = path.lastIndexOf(marker);
  return at === -1 ? undefined : packageNameOf(path.slice(at + marker.length));
}

/** Of `@scope/name/some/file`, `@scope/name`. */
function packageNameOf(specifier: string): string {
  const parts = specifier.split("/");
  return parts.slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
}
