import * as z from "zod";

/** The part of an esbuild metafile that is read (https://esbuild.github.io/api/#metafile), with project paths. */
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

/** Minified bytes, by package; bytes of no package are ours. */
export type Contents = Readonly<Record<string, number>>;

const OURS = "this project";

/**
 * How much of a bundle each package takes, the largest first, without those that take nothing.
 *
 * @param prebuilt what a file of the bundle was itself built from: its bytes are attributed accordingly.
 */
export function contentsOf(
  metafile: Metafile,
  prebuilt?: { readonly file: string; readonly metafile: Metafile },
): Contents {
  const bytes = new Map<string, number>();
  const add = (path: string, more: number) => {
    const name = packageOf(path) ?? OURS;
    bytes.set(name, (bytes.get(name) ?? 0) + more);
  };
  for (const [path, bytesInOutput] of filesOf(metafile)) {
    if (path !== prebuilt?.file) {
      add(path, bytesInOutput);
      continue;
    }
    const parts = filesOf(prebuilt.metafile);
    const whole = parts.reduce((sum, [, partBytes]) => sum + partBytes, 0);
    for (const [part, partBytes] of parts) add(part, (bytesInOutput * partBytes) / whole);
  }
  return Object.fromEntries(
    [...bytes]
      .map(([name, sum]): [string, number] => [name, Math.round(sum)])
      .sort(([, one], [, other]) => other - one),
  );
}

/** What a check of the bundle needs besides the metafile. */
export type Trimming = {
  /** The names in `alias` of wrangler.jsonc. */
  readonly aliases: readonly string[];
  /** The packages that the prebuilt libraries are built without. */
  readonly leftOut: readonly string[];
  /** The packages that the engine must import prebuilt. */
  readonly prebuilt: readonly string[];
  /** Whether this file imports zod's namespace as a value: `import { z }` or `import z`. */
  readonly importsNamespace: (path: string) => boolean;
};

/**
 * Checks that the bundle has none of what the engine leaves out, and that each alias is still needed. Anything
 * that a tool imports may be there.
 *
 * @returns one line per problem.
 */
export function bundleProblems(metafile: Metafile, trimming: Trimming): string[] {
  const files = filesOf(metafile).map(([path]) => path);
  const ours = files.filter((path) => packageOf(path) === undefined);
  const importsOf = (path: string) =>
    (metafile.inputs[path]?.imports ?? []).flatMap(({ original }) => original ?? []);
  const askedFor = new Set(ours.flatMap(importsOf).map(packageNameOf));
  const untrimmed = ours
    .filter((path) => path.startsWith("src/engine/"))
    .flatMap((path) => importsOf(path).map((name) => ({ path, name })))
    .filter(({ name }) => trimming.prebuilt.includes(name));
  const dead = trimming.aliases.filter(
    (alias) => !files.some((path) => importsOf(path).includes(alias)),
  );
  const present = trimming.leftOut.filter(
    (name) =>
      name !== "zod" && !askedFor.has(name) && files.some((path) => packageOf(path) === name),
  );
  const unasked = hasLanguages(metafile) && !ours.some(trimming.importsNamespace);
  return [
    ...dead.map((alias) => `Nothing imports ${alias}: its alias in wrangler.jsonc can go.`),
    ...untrimmed.map(
      ({ path, name }) => `${path} imports ${name}: import "#mcp-libraries" instead.`,
    ),
    ...present.map((name) => `${name} should be left out, and no file of ours imports it.`),
    ...(unasked ? ["The languages of zod should be left out: no file of ours imports { z }."] : []),
  ];
}

/** Whether the bundle has the languages of zod, which are there when its namespace is used as a value. */
export function hasLanguages(metafile: Metafile): boolean {
  return filesOf(metafile).some(
    ([path]) => packageOf(path) === "zod" && /\/locales\/(?!en\.js$)/.test(path),
  );
}

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
