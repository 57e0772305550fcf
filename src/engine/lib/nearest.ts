import { editDistance } from "./edit-distance.ts";

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
    const changed = editDistance(lower, candidate.toLowerCase());
    // A short word is not "near" one that it shares nothing with.
    if (changed > limit || changed >= candidate.length) continue;
    if (best === undefined || changed < best.distance)
      best = { word: candidate, distance: changed };
  }
  return best?.word;
}
