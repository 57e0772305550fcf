/** The names below each name; an empty one keeps all that is there. */
type Chosen = Map<string, Chosen>;

/**
 * Keeps of a value what paths name, and nothing else. A path goes through lists: `items.id` is the `id` of each of
 * `items`. What a path leads to is kept whole. `\.` is a dot in a name.
 */
export function selectFields(value: unknown, paths: readonly string[]): unknown {
  const chosen: Chosen = new Map();
  for (const path of paths) add(chosen, namesIn(path));
  return kept(value, chosen);
}

function namesIn(path: string): string[] {
  return [...path.matchAll(/(?:\\.|[^.\\])+/gs)].map(([name]) => name.replace(/\\(.)/gs, "$1"));
}

function add(chosen: Chosen, names: readonly string[]): void {
  let here = chosen;
  for (const [index, name] of names.entries()) {
    const known = here.get(name);
    // A shorter path has already chosen all of it.
    if (known?.size === 0) return;
    const next: Chosen = known ?? new Map();
    here.set(name, next);
    if (index === names.length - 1) next.clear();
    here = next;
  }
}

function kept(value: unknown, chosen: Chosen): unknown {
  if (Array.isArray(value)) return value.map((item) => kept(item, chosen));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inside]) => {
      const below = chosen.get(name);
      if (below === undefined) return [];
      return [[name, below.size === 0 ? inside : kept(inside, below)]];
    }),
  );
}

const MAX_NAMES = 20;

/** What is said where no path led to anything: the names that there are, as far as they are like names in code. */
export function noneChosen(answer: unknown, chosen: unknown): string[] {
  if (!isEmpty(chosen) || isEmpty(answer)) return [];
  const first = Array.isArray(answer) ? answer[0] : answer;
  const names = Object.keys(typeof first === "object" && first !== null ? first : {})
    .filter((name) => /^[A-Za-z_$][\w$-]{0,39}$/.test(name))
    .slice(0, MAX_NAMES);
  return [`None of the fields is in the answer, which has ${names.join(", ") || "no names"}.`];
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isEmpty);
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}
