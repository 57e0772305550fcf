/** Numbers from 0 to 1, 1 not included: the same for the same seed, on every machine (mulberry32). */
export function seeded(seed: string): () => number {
  let state = [...seed].reduce((hash, char) => Math.imul(hash, 31) + char.charCodeAt(0), 0);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
