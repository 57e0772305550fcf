import { nearest } from "../../lib/nearest";
import type { CompiledOperation, HttpMethod } from "../compiled";
import { methodsMeant } from "./verbs";
import { STOP_WORDS, SYNONYMS, wordsIn } from "./words";

/** What a search looks at. */
export type Searchable = Pick<
  CompiledOperation,
  "name" | "title" | "description" | "group" | "method" | "path"
>;

/** Operations, made ready to be searched: once per isolate. */
export type SearchIndex = {
  readonly methods: readonly HttpMethod[];
  /** By word, the operations that have it, and how much it says of each. */
  readonly postings: ReadonlyMap<string, readonly Posting[]>;
  /** How much an operation is about more than the query can name: one that says less comes first. */
  readonly lengths: readonly number[];
};

type Posting = { readonly at: number; readonly weight: number };

/** A title says best what an operation does; a description tells of much else. */
const WEIGHTS = { title: 3, name: 2, path: 2, parameters: 0.6, group: 1, description: 0.5 };
/** A word that an operation has twice says more of it, but not twice as much (BM25, k1). */
const SATURATION = 1.6;
const MAX_DESCRIPTION_CHARS = 400;

export function indexOperations(operations: readonly Searchable[]): SearchIndex {
  const postings = new Map<string, Posting[]>();
  const lengths: number[] = [];
  for (const [at, operation] of operations.entries()) {
    const weights = wordWeights(operation);
    for (const [word, weight] of weights) {
      const known = postings.get(word) ?? [];
      known.push({ at, weight });
      postings.set(word, known);
    }
    lengths.push(pathWords(operation.path).length + wordsIn(operation.title).length / 2);
  }
  return { methods: operations.map(({ method }) => method), postings, lengths };
}

function wordWeights(operation: Searchable): Map<string, number> {
  const weights = new Map<string, number>();
  const fields = [
    [operation.title, WEIGHTS.title],
    [operation.name, WEIGHTS.name],
    [operation.path.replace(/\{[^}]*\}/g, " "), WEIGHTS.path],
    [[...operation.path.matchAll(/\{([^}]*)\}/g)].join(" "), WEIGHTS.parameters],
    [operation.group, WEIGHTS.group],
    [operation.description.slice(0, MAX_DESCRIPTION_CHARS), WEIGHTS.description],
  ] as const;
  for (const [text, weight] of fields) {
    for (const word of new Set(wordsIn(text))) weights.set(word, (weights.get(word) ?? 0) + weight);
  }
  return weights;
}

const pathWords = (path: string) => wordsIn(path.replace(/\{[^}]*\}/g, " "));

/**
 * The operations that a question in a person's words asks for, the best first, by their places in the list that was
 * indexed.
 *
 * @param mayShow leaves out what the caller must not know of.
 */
export function searchOperations(
  index: SearchIndex,
  query: string,
  limit: number,
  mayShow: (at: number) => boolean = () => true,
): number[] {
  const words = wordsIn(query.slice(0, MAX_QUERY_CHARS));
  const concepts = conceptsOf(index, words);
  const scores = new Map<number, number>();
  for (const { alternatives, weight } of concepts) {
    const best = new Map<number, number>();
    for (const { word, share } of alternatives) {
      const posted = index.postings.get(word) ?? [];
      const rarity = Math.log(1 + index.methods.length / (posted.length + 0.5));
      for (const { at, weight: inOperation } of posted) {
        const score = weight * share * rarity * (inOperation / (inOperation + SATURATION));
        if (score > (best.get(at) ?? 0)) best.set(at, score);
      }
    }
    for (const [at, score] of best) scores.set(at, (scores.get(at) ?? 0) + score);
  }
  const meant = methodsMeant(words, (word) => index.postings.has(word));
  return [...scores]
    .filter(([at]) => mayShow(at))
    .map(([at, score]) => {
      const method = index.methods[at];
      const fits = meant === undefined || (method !== undefined && meant.includes(method));
      const length = index.lengths[at] ?? 0;
      return { at, score: (score * (fits ? 1 : OTHER_METHOD)) / (1 + length * LENGTH_PENALTY) };
    })
    .toSorted((one, other) => other.score - one.score || one.at - other.at)
    .slice(0, limit)
    .map(({ at }) => at);
}

const MAX_QUERY_CHARS = 300;
const MAX_CORRECTED = 8;
const OTHER_METHOD = 0.6;
const LENGTH_PENALTY = 0.05;
const SYNONYM_SHARE = 0.7;
const TYPO_SHARE = 0.8;

/** A word of the query, and the words of the index that it may mean. */
type Concept = {
  readonly weight: number;
  readonly alternatives: readonly { readonly word: string; readonly share: number }[];
};

function conceptsOf(index: SearchIndex, words: readonly string[]): Concept[] {
  const known = (word: string) => index.postings.has(word);
  const wanted = words.filter((word) => !STOP_WORDS.has(word));
  // Two words that are one in the API: roll back, web hook.
  const pairs = words.flatMap((word, at) => {
    const pair = `${word}${words[at + 1] ?? ""}`;
    return words[at + 1] !== undefined && known(pair) ? [pair] : [];
  });
  const concepts = [...new Set([...wanted, ...pairs])].map((word) => ({
    weight: 1,
    alternatives: [
      { word, share: 1 },
      ...[...(SYNONYMS.get(word) ?? [])].map((other) => ({ word: other, share: SYNONYM_SHARE })),
    ].filter((alternative) => known(alternative.word)),
  }));
  if (concepts.some(({ alternatives }) => alternatives.length > 0)) return concepts;
  // Nothing matches at all: the words may be mistyped, though seldom in their first letter.
  const vocabulary = [...index.postings.keys()];
  return wanted.slice(0, MAX_CORRECTED).map((word) => {
    const like = vocabulary.filter(([first]) => first === word[0] || first === word[1]);
    const meant = nearest(word, like);
    return {
      weight: 1,
      alternatives: meant === undefined ? [] : [{ word: meant, share: TYPO_SHARE }],
    };
  });
}
