import { type Document, LineCounter, parseDocument } from "yaml";
import type * as z from "zod";
import { nearest } from "../../src/engine/lib/nearest.ts";
import { type Catalogue, catalogueSchema, knownKeysAt } from "./catalogue-schema.ts";
import { isObject } from "./json.ts";
import { messageOf, OpenApiError } from "./openapi-error.ts";

export type CatalogueFile = {
  readonly catalogue: Catalogue;
  readonly yaml: Document;
};

/**
 * Reads operations.yaml.
 *
 * @param file names it in errors.
 * @throws OpenApiError `catalogue_invalid` with everything that is wrong, each with its line, and for an unknown
 *   key the one that was probably meant.
 */
export function parseCatalogue(text: string, file: string): CatalogueFile {
  const lines = new LineCounter();
  const yaml = parseDocument(text, { lineCounter: lines });
  const lineOf = (path: readonly PropertyKey[]) => {
    for (let depth = path.length; depth > 0; depth--) {
      const node = yaml.getIn(path.slice(0, depth), true);
      if (isObject(node) && Array.isArray(node.range))
        return lines.linePos(Number(node.range[0])).line;
    }
    return 1;
  };
  const [broken] = yaml.errors;
  if (broken !== undefined) {
    const { line } = lines.linePos(broken.pos[0]);
    throw new OpenApiError("catalogue_invalid", `${file}:${line}`, messageOf(broken));
  }
  const value: unknown = yaml.toJS({ maxAliasCount: 100 });
  const parsed = catalogueSchema.safeParse(value);
  const faults = parsed.success
    ? meaningless(parsed.data)
    : parsed.error.issues.flatMap((issue) => faultsOf(issue));
  if (parsed.success && faults.length === 0) return { catalogue: parsed.data, yaml };
  const [first] = faults;
  throw new OpenApiError(
    "catalogue_invalid",
    `${file}:${lineOf(first?.path ?? [])}`,
    faults
      .map(
        ({ path, message }, index) =>
          `${index === 0 ? "" : `\n${file}:${lineOf(path)}: `}${placeOf(path)}${message}`,
      )
      .join(""),
  );
}

type Fault = { readonly path: readonly PropertyKey[]; readonly message: string };

function faultsOf(issue: z.core.$ZodIssue): Fault[] {
  if (issue.code === "unrecognized_keys") {
    const known = knownKeysAt(issue.path);
    return issue.keys.map((key) => {
      const meant = nearest(key, known);
      const hint =
        meant === undefined ? `There are: ${known.join(", ")}` : `Did you mean ${meant}?`;
      return { path: [...issue.path, key], message: `There is no such key. ${hint}` };
    });
  }
  return [{ path: issue.path, message: issue.message }];
}

/** What each part says right by itself, and together makes no sense. */
function meaningless({ scopes, operations }: Catalogue): Fault[] {
  const owners = new Map<string, string>();
  return Object.entries(operations).flatMap(([key, { on, name, scope }]) => {
    const faults: Fault[] = [];
    const owner = owners.get(name);
    if (owner !== undefined) {
      faults.push({
        path: ["operations", key, "name"],
        message: `${name} is the name of ${owner} too`,
      });
    }
    owners.set(name, key);
    const unknown = [scope].flat().find((one) => !Object.hasOwn(scopes, one));
    if (on && unknown !== undefined) {
      const meant = nearest(unknown, Object.keys(scopes));
      const hint = meant === undefined ? "Describe it under `scopes`" : `Did you mean ${meant}?`;
      faults.push({
        path: ["operations", key, "scope"],
        message: `There is no scope ${unknown}. ${hint}`,
      });
    }
    return faults;
  });
}

/** `operations."GET /tickets".onn` */
function placeOf(path: readonly PropertyKey[]): string {
  const names = path.map(String).map((name) => (/^[\w-]+$/.test(name) ? name : `"${name}"`));
  return names.length === 0 ? "" : `${names.join(".")}: `;
}
