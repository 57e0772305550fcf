import { editDistance } from "../lib/edit-distance.ts";

/**
 * Finds the known name that a name is a misspelling of. Names are compared word by word, so that `MS_CLIENT_ID` of
 * a tool is not taken for `AS_CLIENT_ID`: only a word of at least four letters can be misspelt, by one edit, or by
 * two from eight letters on. Case, hyphens and missing underscores never tell two names apart.
 *
 * @returns undefined when none is near.
 */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  for (const candidate of known) {
    if (isMisspelling(name, candidate)) return candidate;
  }
  return undefined;
}

function isMisspelling(name: string, known: string): boolean {
  if (lettersOf(name) === lettersOf(known)) return true;
  const words = wordsOf(name);
  const knownWords = wordsOf(known);
  return (
    words.length === knownWords.length &&
    words.every((word, index) => isNearWord(word, knownWords[index] ?? ""))
  );
}

const wordsOf = (name: string) => name.toUpperCase().split(/[_-]/);
const lettersOf = (name: string) => wordsOf(name).join("");

function isNearWord(word: string, known: string): boolean {
  const length = Math.max(word.length, known.length);
  const allowed = length < 4 ? 0 : length < 8 ? 1 : 2;
  return word === known || editDistance(word, known) <= allowed;
}
