/** Longer words are not compared: it takes time proportional to the product of their lengths. */
const MAX_CHARS = 64;

/**
 * The word that was probably meant: the one that needs the fewest changed letters, at most a third of them,
 * and two in a short word.
 */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (word.length > MAX_CHARS) return undefined;
  const lower = word.toLowerCase();
  const limit = Math.max(2, Math.floor(word.length / 3));
  let best: { word: string; distance: number } | undefined;
  for (const candidate of known) {
    if (Math.abs(candidate.length - word.length) > limit) continue;
    const changed = distance(lower, candidate.toLowerCase());
    // A short word is not "near" one that it shares nothing with.
    if (changed > limit || changed >= candidate.length) continue;
    if (best === undefined || changed < best.distance)
      best = { word: candidate, distance: changed };
  }
  return best?.word;
}

/** Damerau and Levenshtein's: letters inserted, left out, replaced, or swapped with their neighbour. */
function distance(one: string, other: string): number {
  const rows: number[][] = [Array.from({ length: other.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number) => rows[row]?.[column] ?? 0;
  for (let row = 1; row <= one.length; row++) {
    const current = [row];
    rows.push(current);
    for (let column = 1; column <= other.length; column++) {
      const same = one[row - 1] === other[column - 1];
      const swapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      current.push(
        Math.min(
          at(row - 1, column) + 1,
          at(row, column - 1) + 1,
          at(row - 1, column - 1) + (same ? 0 : 1),
          ...(row > 1 && column > 1 && swapped ? [at(row - 2, column - 2) + 1] : []),
        ),
      );
    }
  }
  return at(one.length, other.length);
}
