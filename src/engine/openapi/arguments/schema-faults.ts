import type { OutputUnit, Schema } from "@cfworker/json-schema";
import { at, MAX_LISTED, noneOf, unknownLine, valueAt } from "../../tools/argument-lines";
import { memberOf } from "./json";
import { isSchema, referred, typeOf } from "./schema-types";

/** One thing that is wrong; of a union, what is wrong in each of its forms. */
export type Fault = { readonly unit: OutputUnit; readonly forms?: readonly (readonly Fault[])[] };

/** They say only that something inside is wrong, which says itself what. */
const WRAPPERS = new Set([
  ...["$ref", "allOf", "if", "properties", "patternProperties", "additionalProperties"],
  ...["unevaluatedProperties", "items", "prefixItems", "unevaluatedItems", "dependentSchemas"],
]);

/** What stands after these is a name, and no keyword. */
const MAPS = new Set(["properties", "patternProperties"]);

/** @param units as the validator gives them: what holds others comes before them. */
export function faultsOf(units: readonly OutputUnit[]): Fault[] {
  return faultsIn(
    units.map((unit, index) => {
      // What `false` refuses has its own place in place of the schema's: the one before has that.
      const { keywordLocation } = units[index - 1] ?? unit;
      return unit.keyword === "false" ? { ...unit, keywordLocation } : unit;
    }),
  );
}

function faultsIn(units: readonly OutputUnit[]): Fault[] {
  const faults: Fault[] = [];
  for (let index = 0; index < units.length; ) {
    const unit = units[index];
    if (unit === undefined) break;
    index++;
    if (unit.keyword !== "anyOf") {
      if (!WRAPPERS.has(unit.keyword)) faults.push({ unit });
      continue;
    }
    const inside: OutputUnit[] = [];
    for (let next = units[index]; next?.keywordLocation.startsWith(`${unit.keywordLocation}/`); ) {
      inside.push(next);
      next = units[++index];
    }
    faults.push({ unit, forms: formsOf(unit, inside) });
  }
  return faults;
}

function formsOf(unit: OutputUnit, inside: readonly OutputUnit[]): Fault[][] {
  const forms = new Map<string, OutputUnit[]>();
  for (const one of inside) {
    const form = one.keywordLocation.slice(unit.keywordLocation.length + 1).split("/")[0] ?? "";
    forms.set(form, [...(forms.get(form) ?? []), one]);
  }
  return [...forms.values()].map(faultsIn);
}

/**
 * What is wrong, in a line.
 *
 * @param root the schema that was checked against, to name what it knows.
 */
export function faultLine(root: Schema, fault: Fault, args: unknown): string {
  const { unit, forms } = fault;
  const path = instancePath(unit, args);
  if (forms !== undefined) return at(path, unionText(root, unit, forms, args));
  if (unit.keyword === "false") return unknownText(root, unit, path);
  return at(path, plainText(root, unit, valueAt(args, path)));
}

function plainText(root: Schema, unit: OutputUnit, given: unknown): string {
  const schema = schemaAt(root, unit.keywordLocation.split("/").slice(1, -1));
  const values = schema?.enum ?? (schema && "const" in schema ? [schema.const] : undefined);
  switch (unit.keyword) {
    case "type":
      return `expected ${[schema?.type ?? "something else"].flat().join(" or ")}, received ${typeOf(given)}`;
    case "enum":
    case "const":
      return values === undefined ? unit.error : noneOf(values, given);
    case "required":
      return unit.error.replace(
        /^Instance does not have required property (".*")\.$/s,
        "$1 is missing",
      );
    case "pattern":
      return `does not match ${String(schema?.pattern)}`;
    default:
      return unit.error;
  }
}

/** What a schema does not know is mistyped, as often as not. */
function unknownText(root: Schema, unit: OutputUnit, path: readonly PropertyKey[]): string {
  const schema = schemaAt(root, unit.keywordLocation.split("/").slice(1, -1));
  const name = path.at(-1);
  return typeof name === "string"
    ? unknownLine({ path: path.slice(0, -1), name, known: Object.keys(schema?.properties ?? {}) })
    : at(path, "nothing is allowed here");
}

function unionText(
  root: Schema,
  unit: OutputUnit,
  forms: readonly (readonly Fault[])[],
  args: unknown,
): string {
  const [nearest] = forms.toSorted((one, other) => weight(unit, one) - weight(unit, other));
  if (nearest === undefined) return unit.error;
  const isWhole = forms
    .flat()
    .every(
      (fault) =>
        fault.unit.instanceLocation === unit.instanceLocation && fault.unit.keyword === "type",
    );
  if (isWhole) {
    const texts = forms
      .flat()
      .map((fault) => plainText(root, fault.unit, valueAt(args, instancePath(unit, args))));
    return `matches none of its forms: ${[...new Set(texts)].slice(0, MAX_LISTED).join("; or ")}`;
  }
  const lines = nearest.slice(0, MAX_LISTED).map((fault) => faultLine(root, fault, args));
  return `matches none of its ${forms.length} forms; the nearest: ${lines.join("; ")}`;
}

/** The form that was meant has the fewest faults, deep ones; another value of an enum means another form. */
function weight(unit: OutputUnit, faults: readonly Fault[]): number {
  return faults.reduce((sum, { unit: { keyword, instanceLocation } }) => {
    if (instanceLocation === unit.instanceLocation) return sum + (keyword === "type" ? 100 : 3);
    return sum + (keyword === "enum" || keyword === "const" ? 10 : 1);
  }, 0);
}

/** The schema that a place of the validator's leads to, through references. */
function schemaAt(root: Schema, path: readonly string[]): Schema | undefined {
  let found: unknown = root;
  let isName = false;
  for (const segment of path) {
    if (segment === "$ref" && !isName) found = isSchema(found) ? referred(root, found) : undefined;
    else if (Array.isArray(found)) found = found[Number(segment)];
    else found = memberOf(found, pointerSegment(segment));
    isName = !isName && MAPS.has(segment);
  }
  return isSchema(found) ? found : undefined;
}

function instancePath({ instanceLocation }: OutputUnit, args: unknown): PropertyKey[] {
  let inside = args;
  return instanceLocation
    .split("/")
    .slice(1)
    .map((segment) => {
      const key = Array.isArray(inside) ? Number(segment) : pointerSegment(segment);
      inside = typeof key === "number" ? Reflect.get(Object(inside), key) : memberOf(inside, key);
      return key;
    });
}

/** RFC 6901, section 6. */
function pointerSegment(segment: string): string {
  return decodeURIComponent(segment).replaceAll("~1", "/").replaceAll("~0", "~");
}
