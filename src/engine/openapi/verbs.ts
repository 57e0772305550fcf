import type { HttpMethod } from "./compiled";
import { stem } from "./words";

const WRITES: readonly HttpMethod[] = ["POST", "PUT", "PATCH"];

const MEANT: readonly (readonly [verbs: string, methods: readonly HttpMethod[]])[] = [
  ["list show get read find search view see fetch look download what which who", ["GET", "HEAD"]],
  ["create add new make open register publish invite send upload", ["POST", "PUT"]],
  ["delete remove destroy erase", ["DELETE"]],
  ["cancel stop clear", ["DELETE", "POST", "PUT"]],
  ["update change edit modify set rename close mark", WRITES],
];

const METHODS: ReadonlyMap<string, readonly HttpMethod[]> = new Map(
  MEANT.flatMap(([verbs, methods]) => verbs.split(" ").map((verb) => [stem(verb), methods] as const)),
);

/** The methods that a question's first verb means; undefined when it has none that is known. */
export function methodsMeant(words: readonly string[]): readonly HttpMethod[] | undefined {
  for (const word of words) {
    const methods = METHODS.get(word);
    if (methods !== undefined) return methods;
  }
  return undefined;
}
