/** A number from 0 to 1, 1 not included: the next of a sequence. */
export type Random = () => number;

/** A sequence that is the same for the same seed, on every machine (mulberry32, seeded by FNV-1a). */
export function seeded(seed: string): Random {
  let state = 0x811c9dc5;
  for (let index = 0; index < seed.length; index++) {
    state = Math.imul(state ^ seed.charCodeAt(index), 0x01000193);
  }
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One of the items, each as likely as its weight. */
export function pick<Item extends { weight: number }>(
  random: Random,
  items: readonly Item[],
): Item {
  let left = random() * items.reduce((sum, { weight }) => sum + weight, 0);
  for (const item of items) {
    left -= item.weight;
    if (left < 0) return item;
  }
  const last = items.at(-1);
  if (last === undefined) throw new RangeError("There is nothing to choose from.");
  return last;
}

const HEX = "0123456789abcdef";
/** Crockford’s base 32, which ULIDs are written in. */
const BASE_32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

export function hex(random: Random, digits: number): string {
  return characters(random, HEX, digits);
}

/** A ULID: 48 bits of time, then random ones. Later ones sort after earlier ones. */
export function ulid(random: Random, timeMs: number): string {
  let time = "";
  for (let rest = timeMs, count = 0; count < 10; count++) {
    time = BASE_32[rest % 32] + time;
    rest = Math.floor(rest / 32);
  }
  return time + characters(random, BASE_32, 16);
}

function characters(random: Random, alphabet: string, count: number): string {
  return Array.from({ length: count }, () => alphabet[Math.floor(random() * alphabet.length)]).join(
    "",
  );
}
