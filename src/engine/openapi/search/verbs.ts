import type { HttpMethod } from "../compiled";
import { STOP_WORDS, stem } from "./words";

const WRITES: readonly HttpMethod[] = ["POST", "PUT", "PATCH"];

const MEANT: readonly (readonly [verbs: string, methods: readonly HttpMethod[]])[] = [
  ["list show get read find search view see fetch look download what which who", ["GET", "HEAD"]],
  ["create add new make open register publish invite send upload", ["POST", "PUT"]],
  ["delete remove destroy erase", ["DELETE"]],
  ["cancel stop clear", ["DELETE", "POST", "PUT"]],
  ["update change edit modify set rename close mark", WRITES],
  ["assign approve attach start run trigger enable disable move transfer replace", WRITES],
];

const METHODS: ReadonlyMap<string, readonly HttpMethod[]> = new Map(
  MEANT.flatMap(([verbs, methods]) =>
    verbs.split(" ").map((verb) => [stem(verb), methods] as const),
  ),
);

/**
 * The methods that a question's first verb means; undefined when it has none that is known. A first word that no
 * operation has is taken for a verb of change: whoever wants to know something asks for what there is.
 *
 * @param known whether an operation has the word.
 */
export function methodsMeant(
  words: readonly string[],
  known: (word: string) => boolean,
): readonly HttpMethod[] | undefined {
  for (const word of words) {
    const methods = METHODS.get(word);
    if (methods !== undefined) return methods;
  }
  const [first] = words;
  return first === undefined || STOP_WORDS.has(first) || known(first) ? undefined : WRITES;
}
