import { hoistRepeated } from "./hoist-repeated.ts";
import { type InputSchemas, ITSELF } from "./input-schemas.ts";
import { isObject, type JsonObject, namesOfPointer } from "./json.ts";
import { isOnlyAnnotations } from "./merge-schemas.ts";
import { OpenApiError } from "./openapi-error.ts";
import { circle } from "./references.ts";
import { isInPlace, mapSubschemas, refsIn } from "./schema-keywords.ts";
import { plainText } from "./words.ts";

/** A definition no longer than this says less than the reference to it costs. */
const MAX_INLINE_CHARS = 60;

/** The lengths of descriptions that are tried, until the input fits. */
const DESCRIPTION_CHARS = [240, 120, 60];

/**
 * Makes a schema that stands alone: with the `$defs` that it reaches and no others. What is used once or is very
 * short is put where it is used, unless it contains itself; what is repeated becomes a definition.
 *
 * @param root with pointers into the document as its references.
 * @param fits whether a schema is small enough: descriptions become shorter until it is.
 * @throws OpenApiError `openapi_operation` for a schema that is nothing but itself.
 */
export function writeInput(
  root: JsonObject,
  schemas: InputSchemas,
  fits: (schema: JsonObject) => boolean,
): JsonObject {
  const whole = withDefinitions(root, schemas);
  const written = (chars: number) => hoistRepeated(withDescriptions(whole, chars, 0));
  // What is too large without a single description is so with any.
  const [longest = 0, ...shorter] = DESCRIPTION_CHARS;
  const first = written(longest);
  if (fits(first)) return first;
  const bare = written(0);
  if (!fits(bare)) return bare;
  for (const chars of shorter) {
    const schema = written(chars);
    if (fits(schema)) return schema;
  }
  return bare;
}

type Uses = { readonly schema: JsonObject; readonly refs: readonly string[]; count: number };

function withDefinitions(root: JsonObject, schemas: InputSchemas): JsonObject {
  const reached = reachedFrom(root, schemas);
  refuseEndless(reached);
  const recursive = recursiveOnes(reached);
  const isInlined = (place: string) => {
    const found = reached.get(place);
    if (found === undefined || recursive.has(place)) return false;
    return found.count === 1 || JSON.stringify(found.schema).length <= MAX_INLINE_CHARS;
  };
  const names = namesOf([...reached.keys()].filter((place) => !isInlined(place)));
  const write = (value: unknown): unknown => {
    if (!isObject(value)) return value;
    if (typeof value.$ref !== "string") return mapSubschemas(value, ({ schema }) => write(schema));
    const { $ref, ...beside } = value;
    const name = names.get($ref);
    const written = mapSubschemas(beside, ({ schema }) => write(schema));
    if (name !== undefined) return { $ref: `#/$defs/${name}`, ...written };
    return together(write(reached.get($ref)?.schema ?? {}), written);
  };
  const definitions = [...names].map(([place, name]) => [name, write(reached.get(place)?.schema)]);
  const written = write(root);
  return {
    ...(isObject(written) && written),
    ...(definitions.length > 0 && { $defs: Object.fromEntries(definitions) }),
  };
}

/** A definition in its place, and what stood beside the reference to it. */
function together(definition: unknown, beside: JsonObject): JsonObject {
  if (!isObject(definition)) return beside;
  const free = Object.keys(beside).every((keyword) => !Object.hasOwn(definition, keyword));
  return free || isOnlyAnnotations(beside)
    ? { ...definition, ...beside }
    : { ...beside, allOf: [definition, ...(Array.isArray(beside.allOf) ? beside.allOf : [])] };
}

function reachedFrom(root: JsonObject, schemas: InputSchemas): Map<string, Uses> {
  const reached = new Map<string, Uses>();
  const waiting = [...refsIn(root)];
  for (let place = waiting.shift(); place !== undefined; place = waiting.shift()) {
    const known = reached.get(place);
    if (known !== undefined) {
      known.count += 1;
      continue;
    }
    const schema = schemas.at(place);
    const refs = refsIn(schema);
    reached.set(place, { schema, refs, count: 1 });
    waiting.push(...refs);
  }
  return reached;
}

/** A schema that is nothing but itself, however many steps away: a validator would never end. */
function refuseEndless(reached: ReadonlyMap<string, Uses>): void {
  const done = new Set<string>();
  const visit = (place: string, above: ReadonlySet<string>) => {
    if (above.has(place)) throw new OpenApiError("openapi_operation", place, circle(place));
    const found = reached.get(place);
    if (found === undefined || done.has(place)) return;
    const path = new Set(above).add(place);
    for (const ref of refsIn(found.schema, true)) visit(ref, path);
    done.add(place);
  };
  for (const place of reached.keys()) visit(place, new Set());
}

/** Those that contain themselves, however many steps away (Tarjan's strongly connected components). */
function recursiveOnes(reached: ReadonlyMap<string, Uses>): Set<string> {
  const found = new Set<string>();
  const order = new Map<string, { index: number; low: number; open: boolean }>();
  const stack: string[] = [];
  const visit = (place: string): { index: number; low: number; open: boolean } => {
    const state = { index: order.size, low: order.size, open: true };
    order.set(place, state);
    stack.push(place);
    for (const ref of reached.get(place)?.refs ?? []) {
      const known = order.get(ref);
      if (known === undefined) state.low = Math.min(state.low, visit(ref).low);
      else if (known.open) state.low = Math.min(state.low, known.index);
      if (ref === place) found.add(place);
    }
    if (state.low === state.index) {
      const ring = stack.splice(stack.indexOf(place));
      for (const member of ring) {
        const other = order.get(member);
        if (other !== undefined) other.open = false;
        if (ring.length > 1) found.add(member);
      }
    }
    return state;
  };
  for (const place of reached.keys()) if (!order.has(place)) visit(place);
  return found;
}

/** `#/components/schemas/Pet` as `Pet`; the second of that name as `Pet_2`. */
function namesOf(places: readonly string[]): Map<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const place of places) {
    const words = namesOfPointer(place.slice(1).replace(ITSELF, ""));
    const said =
      words.filter((word) => !/^(schema|items|\d+)$/.test(word)).slice(-1)[0] ?? "schema";
    const base = said.replaceAll(/[^A-Za-z0-9_.-]+/g, "_").slice(-60);
    let name = base;
    for (let count = 2; taken.has(name); count++) name = `${base}_${count}`;
    taken.add(name);
    names.set(place, name);
  }
  return names;
}

/** Shortens every description; what only adds to the same value is as deep as that. */
function withDescriptions(schema: JsonObject, chars: number, depth: number): JsonObject {
  const words = typeof schema.description === "string" ? schema.description : undefined;
  // The arguments themselves are always described.
  const limit = depth <= 1 ? Math.max(chars, 60) : chars;
  const short = words === undefined || limit === 0 ? "" : shortened(words, limit);
  const mapped = mapSubschemas(schema, ({ schema: sub, keyword }) =>
    isObject(sub) ? withDescriptions(sub, chars, isInPlace(keyword) ? depth : depth + 1) : sub,
  );
  const { description: _, ...rest } = mapped;
  return short === "" ? rest : { ...rest, description: short };
}

/** Documents repeat their descriptions in hundreds of operations. */
const known = new Map<string, string>();

function shortened(text: string, chars: number): string {
  const key = `${chars} ${text}`;
  const found = known.get(key) ?? plainText(text, chars);
  if (known.size > 50_000) known.clear();
  known.set(key, found);
  return found;
}
