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

/**
 * How many letters have to be inserted, removed, replaced, or swapped with the next one, to make one word of the
 * other (the optimal string alignment distance).
 */
export function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      current[column] = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (beforeLast[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    beforeLast = last;
    last = current;
  }
  return last[to.length] ?? 0;
}
