import type { Pair } from "./styles";

/** Pairs of one parameter, and the name that the document has for it. */
export type Named = { readonly name: string; readonly pairs: readonly Pair[] };

/**
 * The pairs of all parameters, one after the other. A parameter whose members become parameters themselves (`form`
 * that explodes) must not become another one, such as one that is fixed.
 *
 * @param refuse makes the error, given the parameter and the name that it would take.
 */
export function separatePairs(
  parameters: readonly Named[],
  refuse: (parameter: string, taken: string) => Error,
): string[] {
  const declared = new Set(parameters.map(({ name }) => name));
  for (const { name, pairs } of parameters) {
    const taken = pairs.find((pair) => pair.name !== name && declared.has(pair.name));
    if (taken !== undefined) throw refuse(name, taken.name);
  }
  return parameters.flatMap(({ pairs }) => pairs.map(({ encoded }) => encoded));
}
